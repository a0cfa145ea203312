"""Closing the school: wording, authority, confirmation, drill, update, all-clear. It only enqueues (DESIGN 4)."""
