"""What managers see of the months to come."""
