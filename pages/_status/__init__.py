"""The parts of the Status page."""
