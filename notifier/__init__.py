"""School messages that reach every family, and nobody whom a court has excluded."""

__version__ = "0.1.0"
