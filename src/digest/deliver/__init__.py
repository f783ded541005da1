"""Deliver: documents and messages leave the house, to disk and to relays, and say what became of them."""
