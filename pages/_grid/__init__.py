"""A grid of any entity: drafts that are never lost, editors by kind, adding, removing, the way to Excel and back."""
