"""Scripts that write committed files; nothing in here is part of the product."""
