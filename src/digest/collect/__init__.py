"""A URL becomes entries. All that comes in is hostile until `guard` (network) and `clean` (HTML) have passed it."""
