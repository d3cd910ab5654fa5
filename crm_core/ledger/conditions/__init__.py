"""Conditions as SQL: compiled with bound values, put in words, offered, and found faulty."""
