"""Measurements, not tests: `python3 manage.py bench` runs each script, then the goals.

``bench_*.py`` are scripts that print what they find. ``goals`` are promises, a module for each family, with
the answer that must be the same first (``measure.Goal``). ``peers`` answer the same questions by other
programs; ``workload`` draws the standard network, ``drawing`` makes it a drawing, ``ours`` calls the product.
"""
