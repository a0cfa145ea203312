"""What people type: one module per group of commands, each thin (DESIGN 3.3)."""
