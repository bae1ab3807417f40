"""Settings: base, and what local and production change."""
