"""Share links: a frozen revision and some of its runs, for whoever holds the link."""
