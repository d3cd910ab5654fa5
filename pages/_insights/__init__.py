"""The views of the Insights page."""
