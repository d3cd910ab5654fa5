"""The database itself: tables, dialects, opening, bulk rows, backup."""
