"""The HTTP listener: takes what providers tell and stores it as it came; it decides nothing (DESIGN 4)."""
