"""Writes examples/: two invented schools, the same bytes each time.  python -m tools.example_schools"""
