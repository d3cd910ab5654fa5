"""What managers see of the past and of today."""
