"""Publish: an edition's documents onto disk, from its frozen rows alone.

The outbox first; then the row says that the edition may be seen; then its page and the feeds that point at it; then
the row says that it is done. Done twice, it writes nothing: files change only when their bytes do. A draft goes to
the outbox alone. What cannot be written for one publication costs no other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from digest.config import PublicationSettings, RelaySettings
from digest.deliver import message
from digest.deliver.address import Address, ascii_domain, parse_address, parse_mailbox
from digest.deliver.files import publish as write_files
from digest.deliver.message import CompiledMail, Letterhead, compile_mail
from digest.flows.context import Context
from digest.flows.trouble import Trouble, contained
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


def publish_due(context: Context, troubles: list[Trouble]) -> tuple[Written, ...]:
    """Write what is not yet on disk of every edition, and the feeds of those that were released."""
    with context.ledger.reading() as connection:
        rows = [
            row
            for row in editions.in_state(connection, EditionState.DRAFT, EditionState.APPROVED)
            if row.published_at is None
        ]
    written: list[Written] = []
    for row in rows:
        with contained(troubles, f"{row.slug}/{row.number}"):
            written += _publish_edition(context, row)
    if any(row.state is not EditionState.DRAFT for row in rows):
        with contained(troubles, "the site's own page"):
            written += _publish_site(context)
    return tuple(written)


def _publish_edition(context: Context, row: EditionRow) -> list[Written]:
    with context.ledger.reading() as connection:
        edition = editions.read(connection, row.id)
    now = context.clock()
    changed = write_files(context.outbox, outbox_documents(context, edition, row.released_at or now))
    written = [Written(str(context.outbox), changed)] if changed else []
    context.reached("publish.outbox")
    if row.state is not EditionState.DRAFT:
        with context.ledger.writing() as connection:
            if not editions.release(connection, row.id, now):
                return written
        context.reached("publish.released")
        settings = next((item for item in context.publications if item.slug == row.slug), None)
        if settings is not None:
            written += _publish_publication(context, settings)
    with context.ledger.writing() as connection:
        editions.mark_published(connection, row, context.clock())
    context.reached("publish.done")
    return written


def publish_feeds(context: Context, troubles: list[Trouble]) -> tuple[Written, ...]:
    """Write the feeds and pages of every publication, and the site's own."""
    written: list[Written] = []
    for settings in context.publications:
        with contained(troubles, settings.slug):
            written += _publish_publication(context, settings)
    with contained(troubles, "the site's own page"):
        written += _publish_site(context)
    return tuple(written)


def _publish_publication(context: Context, settings: PublicationSettings) -> list[Written]:
    """Write a publication's feeds and pages; again, when another edition was released meanwhile by someone else."""
    changed: tuple[str, ...] = ()
    while True:
        with context.ledger.reading() as connection:
            stands = editions.shown(connection, settings.slug)
            recent = editions.released(connection, settings.slug, FEED_EDITIONS)
        documents = publication_documents(
            context.site, context.publication_of(settings), recent, context.templates
        ) + tuple(page for edition in recent for page in edition_documents(edition, context.templates))
        context.reached("publish.rendered")
        changed += write_files(context.feeds, documents)
        context.reached("publish.feeds")
        with context.ledger.reading() as connection:
            if editions.shown(connection, settings.slug) == stands:
                return [Written(str(context.feeds), tuple(dict.fromkeys(changed)))] if changed else []


def _publish_site(context: Context) -> list[Written]:
    with context.ledger.reading() as connection:
        latest = [
            edition for settings in context.publications for edition in editions.released(connection, settings.slug, 1)
        ]
        following = [(source.ref, _kind(source)) for source in sources.every(connection) if _may_be_told(source)]
    changed = write_files(context.feeds, site_documents(context.site, latest, following, context.templates))
    return [Written(str(context.feeds), changed)] if changed else []


def _may_be_told(source: sources.Source) -> bool:
    """Tell whether a source's address can stand in a public list: it is on the web and holds no key of its reader."""
    parts = urlsplit(source.spec.url)
    return parts.scheme in ("http", "https") and not parts.query and parts.username is None


def _kind(source: sources.Source) -> Kind:
    return Kind.FEED if (source.route or "").startswith("feed") else source.spec.kind


def outbox_documents(context: Context, edition: Edition, released_at: datetime) -> tuple[Document, ...]:
    """Make the copies of an edition's mail that are kept on disk: HTML, text, and a message to nobody."""
    mail = edition_mail(edition, context.templates)
    sender = sender_of(context)[1]
    identity = message.message_id(edition.uid, "outbox", sender.domain)
    sample = compiled(context, edition, mail, released_at).message(str(sender), identity)
    folder = f"{edition.publication.slug}/{edition.number}"
    return (
        Document(f"{folder}/digest.html", mail.html.encode()),
        Document(f"{folder}/digest.txt", mail.text.encode()),
        Document(f"{folder}/digest.eml", sample),
    )


def compiled(context: Context, edition: Edition, mail: EditionMail, released_at: datetime) -> CompiledMail:
    """Compile the mail of an edition for all of its readers; its Date is when the edition was released."""
    relay = relay_of(context)
    name, address = sender_of(context)
    publication = edition.publication
    reply_to = parse_address(relay.reply_to) if relay and relay.reply_to else None
    return compile_mail(
        mail,
        letterhead=Letterhead(
            sender=address,
            sender_name=name,
            date=released_at.astimezone(ZoneInfo(publication.timezone)),
            language=publication.language,
            list_id=message.list_id(publication.slug, address.domain, publication.title),
            archive_url=edition_url(edition),
            reply_to=reply_to if isinstance(reply_to, Address) else None,
        ),
    )


def relay_of(context: Context) -> RelaySettings | None:
    """The relay of the configuration, if there is one."""
    return next(iter(context.configuration.settings.relay), None)


def sender_of(context: Context) -> tuple[str, Address]:
    """Who the mail is from: the relay's `from`, or a name at the site's own host while there is no relay."""
    relay = relay_of(context)
    if relay is None:
        host = ascii_domain(urlsplit(context.site.url).hostname or "")
        return context.site.title, Address("digest", host or "localhost")
    sender = parse_mailbox(relay.sender)
    assert isinstance(sender, tuple), "the configuration has checked the sender"
    return sender
