"""OPML 2.0: what we follow, as a list that other readers can import."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from digest.model import Kind, Site, SourceRef
from digest.render.characters import language_tag, line, web_url


def opml(site: Site, sources: Iterable[tuple[SourceRef, Kind]]) -> bytes:
    """Write the sources and the kind each is read as, in the order given.

    A feed becomes a subscription, a page a link; what has no web address (a folder) stays private.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = line(site.title) or site.url
    if site.owner:
        etree.SubElement(head, "ownerName").text = line(site.owner)
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    for source, kind in sources:
        url = web_url(source.url)
        if url is not None and kind is not Kind.FOLDER:
            etree.SubElement(body, "outline", _outline(source, kind, url))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _outline(source: SourceRef, kind: Kind, url: str) -> dict[str, str]:
    title = line(source.title) or line(source.name)
    attributes = {"text": title, "title": title}
    if kind is Kind.PAGE:
        attributes |= {"type": "link", "url": url, "htmlUrl": web_url(source.link) or url}
    else:
        attributes |= {"type": "rss", "xmlUrl": url}
        if link := web_url(source.link):
            attributes["htmlUrl"] = link
    if language := language_tag(source.language):
        attributes["language"] = language
    if topics := ",".join(line(topic).replace(",", " ") for topic in source.topics):
        attributes["category"] = topics
    return attributes
