"""Spreadsheets as files: cells in (`read`), cells out (`write`). Knows nothing of customers.

Kept free of imports, so that the child process that reads a file starts without pandas.
"""
