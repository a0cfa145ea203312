"""Measurements of what must stay fast. Each is run as ``python -m bench.NAME``."""
