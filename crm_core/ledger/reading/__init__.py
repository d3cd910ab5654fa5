"""Reading: pages of records, one record, the history, the time line, what a call list needs to know."""
