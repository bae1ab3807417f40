"""A run: its lease, its ordered log of events, its socket."""
