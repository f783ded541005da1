"""The use cases: each joins stages to the ledger, may be killed anywhere, and may run twice."""
