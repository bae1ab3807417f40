"""The mechanisms of the reference on failover, one file each."""
