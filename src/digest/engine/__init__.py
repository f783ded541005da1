"""When and where flows run. The ledger is the truth; an engine is a bell."""
