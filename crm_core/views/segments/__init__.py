"""Saved segments, what they are built from, and their names."""
