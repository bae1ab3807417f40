"""Many packets at once: arrays instead of walks, with the same answers (docs/decisions/0010)."""
