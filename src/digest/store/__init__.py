"""The ledger: every SQL statement of digest stands in this package, and nothing else does."""
