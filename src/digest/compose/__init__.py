"""Entries become an edition, purely: frozen data and `now` in, frozen data and reasons out."""
