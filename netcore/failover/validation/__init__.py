"""Published figures against the model: the rows of section 5 of the reference on failover."""
