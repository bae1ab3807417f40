"""Measurements, not tests: `python3 manage.py bench` runs each script and prints its lines."""
