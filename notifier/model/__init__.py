"""The words of the field (DESIGN part 2) as frozen values. No I/O, no clock."""
