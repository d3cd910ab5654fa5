"""The Upload page: what was read, what is chosen, what saving would do."""
