"""Bulk files: what a CSV says, what is wrong with it, and how its rows and results are written and read back."""
