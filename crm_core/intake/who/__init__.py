"""Who is who: rows of people beside each other and beside the stored."""
