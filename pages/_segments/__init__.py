"""The builder of segments, and segments on other pages."""
