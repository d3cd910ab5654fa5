"""The one way to write: the journal, its rows and cells, undo, and what was answered."""
