"""Publish: an edition's documents onto disk, from its frozen rows alone.

The outbox first, then the page of the edition, then the feeds that point at it; then the row says so. Done twice,
it writes nothing: files change only when their bytes do. A draft goes to the outbox alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from digest.config import RelaySettings
from digest.deliver import message
from digest.deliver.address import Address, parse_address, parse_mailbox
from digest.deliver.files import publish as write_files
from digest.deliver.message import CompiledMail, Letterhead, compile_mail
from digest.flows.context import Context
from digest.model import Document, Edition, EditionMail, EditionState, Kind
from digest.render.documents import edition_documents, publication_documents, site_documents
from digest.render.email import edition_mail
from digest.render.places import edition_url
from digest.store import editions, sources
from digest.store.editions import EditionRow

FEED_EDITIONS = 100
"""How many editions back a publication's page and feeds look, at most."""


@dataclass(frozen=True, slots=True)
class Written:
    """Files that a run changed: `root` is the folder, `paths` are relative to it."""

    root: str
    paths: tuple[str, ...]


def publish_due(context: Context) -> tuple[Written, ...]:
    """Write what is not yet on disk of every edition, and the feeds of those that were released."""
    with context.ledger.reading() as connection:
        rows = [
            row
            for row in editions.in_state(connection, EditionState.DRAFT, EditionState.APPROVED)
            if row.published_at is None
        ]
    return tuple(written for row in rows for written in _publish_edition(context, row))


def _publish_edition(context: Context, row: EditionRow) -> tuple[Written, ...]:
    with context.ledger.reading() as connection:
        edition = editions.read(connection, row.id)
    changed = write_files(context.outbox, outbox_documents(context, edition))
    written = [Written(str(context.outbox), changed)] if changed else []
    context.reached("publish.outbox")
    if row.state is not EditionState.DRAFT:
        written += publish_feeds(context, [row.slug])
    with context.ledger.writing() as connection:
        editions.mark_published(connection, row.id, context.clock())
    context.reached("publish.done")
    return tuple(written)


def publish_feeds(context: Context, slugs: Sequence[str] = ()) -> tuple[Written, ...]:
    """Write the feeds and pages of publications (all of them when none is named), and the site's own."""
    documents: list[Document] = []
    latest: list[Edition] = []
    for settings in context.publications:
        with context.ledger.reading() as connection:
            recent = editions.released(connection, settings.slug, FEED_EDITIONS)
        latest += recent[:1]
        if not slugs or settings.slug in slugs:
            documents += publication_documents(
                context.site, context.publication_of(settings), recent, context.templates
            )
            documents += [page for edition in recent for page in edition_documents(edition, context.templates)]
    with context.ledger.reading() as connection:
        following = [(source.ref, _kind(source)) for source in sources.every(connection) if _is_web(source.spec.url)]
    documents += site_documents(context.site, latest, following, context.templates)
    context.reached("publish.rendered")
    changed = write_files(context.feeds, documents)
    context.reached("publish.feeds")
    return (Written(str(context.feeds), changed),) if changed else ()


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _kind(source: sources.Source) -> Kind:
    return Kind.FEED if (source.route or "").startswith("feed") else source.spec.kind


def outbox_documents(context: Context, edition: Edition) -> tuple[Document, ...]:
    """Make the copies of an edition's mail that are kept on disk: HTML, text, and a message to nobody."""
    mail = edition_mail(edition, context.templates)
    sender = sender_of(context)
    sample = compiled(context, edition, mail).message(
        str(sender[1]), message.message_id(edition.uid, "outbox", sender[1].domain)
    )
    folder = f"{edition.publication.slug}/{edition.number}"
    return (
        Document(f"{folder}/digest.html", mail.html.encode()),
        Document(f"{folder}/digest.txt", mail.text.encode()),
        Document(f"{folder}/digest.eml", sample),
    )


def compiled(context: Context, edition: Edition, mail: EditionMail) -> CompiledMail:
    """Compile the mail of an edition for all of its readers."""
    relay = _relay(context)
    name, address = sender_of(context)
    publication = edition.publication
    reply_to = parse_address(relay.reply_to) if relay and relay.reply_to else None
    return compile_mail(
        mail,
        letterhead=Letterhead(
            sender=address,
            sender_name=name,
            date=edition.made_at.astimezone(ZoneInfo(publication.timezone)),
            language=publication.language,
            list_id=message.list_id(publication.slug, address.domain, publication.title),
            archive_url=edition_url(edition),
            reply_to=reply_to if isinstance(reply_to, Address) else None,
        ),
    )


def _relay(context: Context) -> RelaySettings | None:
    return next(iter(context.configuration.settings.relay), None)


def sender_of(context: Context) -> tuple[str, Address]:
    """Who the mail is from: the relay's `from`, or a name at the site's own host while there is no relay."""
    relay = _relay(context)
    if relay is None:
        host = context.site.url.split("/")[2].rpartition("@")[2].partition(":")[0]
        return context.site.title, Address("digest", host)
    sender = parse_mailbox(relay.sender)
    assert isinstance(sender, tuple), "the configuration has checked the sender"
    return sender
