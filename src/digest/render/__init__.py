"""An edition becomes documents. Pure: bytes out, the same bytes for the same input, nothing unescaped."""
