"""Cells to values: one parser a kind, a whole column at once."""
