"""A few plain words from a longer text. Rule: cut between words, and show that it was cut."""

from __future__ import annotations

from html.parser import HTMLParser

SUMMARY_LENGTH = 300
"""How many characters of an article stand in for a summary it does not have."""

# fmt: off
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "i", "kbd", "mark", "q", "s", "samp", "small", "span",
    "strong", "sub", "sup", "time", "u", "var", "wbr",
})
# fmt: on
_SILENT = frozenset({"script", "style", "template"})


def excerpt(text: str, length: int) -> str:
    """Shorten plain text to at most `length` characters, the ellipsis included; white space is folded."""
    words = " ".join(text.split())
    if len(words) <= length:
        return words
    head = words[:length]
    start, gap, _ = head.rpartition(" ")
    if not gap or len(start) < length // 2:  # scripts without spaces, and very long words
        start = head[:-1]
    return start.rstrip(" ,;:–—-") + "…"


def text_of(html: str) -> str:
    """Answer the text of sanitised HTML with its tags stripped; blocks are parted by a space."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    return " ".join("".join(reader.pieces).split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base class names it
        self._silent += tag in _SILENT
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)

    def _part(self, tag: str) -> None:
        if tag not in _INLINE:
            self.pieces.append(" ")
