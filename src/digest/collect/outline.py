"""What a feed in XML is made of, seen in one pass that builds nothing: how many items, which dates, which bases.

It is read strictly: what is not well-formed with its namespaces has no outline. No entity is loaded from anywhere,
and expat refuses those that amplify.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.parsers import expat

_BASE = "http://www.w3.org/XML/1998/namespace base"
_ITEMS = {"item", "entry"}
_CONTENTS = {"content", "encoded", "description", "summary"}
_DATES = {"pubdate", "published", "updated", "issued", "modified", "created", "date", "lastbuilddate"}


@dataclass(slots=True)
class Outline:
    """What was seen. `bases` holds, for each item, what its addresses count from and what those in its content do.

    `based` tells whether the document says anything about that (xml:base).
    """

    items: int = 0
    dates: list[str] = field(default_factory=list)
    bases: list[tuple[str, str]] = field(default_factory=list)
    based: bool = False


def outline(body: bytes, url: str | None) -> Outline | None:
    """Look through a document found at `url`; None where it is not well-formed."""
    look = _Look(url or "")
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = look.start
    parser.EndElementHandler = look.end
    look.parser = parser
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        return None
    finally:
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
    return look.seen


class _Look:
    """The eyes of one pass."""

    parser: expat.XMLParserType

    def __init__(self, url: str) -> None:
        self.seen = Outline()
        self._bases = [url]
        self._text: list[str] = []
        self._locals: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._locals.get(name) or self._locals.setdefault(name, name.rpartition(" ")[2].lower())
        base = self._bases[-1]
        if _BASE in attributes:
            self.seen.based = True
            base = joined(base, attributes[_BASE])
        self._bases.append(base)
        if local in _ITEMS:
            self.seen.items += 1
            self.seen.bases.append((base, base))
        elif local in _DATES:
            self._text = []
            self.parser.CharacterDataHandler = self._text.append
        elif local in _CONTENTS and _BASE in attributes and self.seen.bases:
            self.seen.bases[-1] = (self.seen.bases[-1][0], base)

    def end(self, name: str) -> None:
        self._bases.pop()
        if self._locals[name] in _DATES:
            self.parser.CharacterDataHandler = None
            self.seen.dates.append("".join(self._text).strip())


def joined(base: str, address: str) -> str:
    """Make an address absolute as far as its base is; a broken one leaves the base."""
    try:
        return urljoin(base, address)
    except ValueError:
        return base
