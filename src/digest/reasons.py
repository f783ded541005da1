"""Every reason code and its sentence. A row keeps code and arguments; only people need the words.

A code is `subject.what`; it never changes once released. Arguments are named in the sentence.
"""

from __future__ import annotations

import re

from digest.model import Reason

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")  # an argument from outside must not steer a terminal

SENTENCES: dict[str, str] = {
    # ── compose: what became of a candidate, an edition, a poll
    "choice.lead": "leads the edition: the newest story, counting a day per unit of its source's weight ({weight}), "
    "half a day per other source that tells it ({also_in}) and a quarter day for having a summary",
    "choice.taken": "story {number} of the edition",
    "choice.folded_link": "the same address as “{title}” from {source}, told with it as story {number} of the edition",
    "choice.folded_title": "the same title as “{title}” from {source}, told with it as story {number} of the edition",
    "choice.folded_text": "the same text as “{title}” from {source}, told with it as story {number} of the edition",
    "choice.folded_words": "the same story as “{title}” from {source}, told with it as story {number} of the edition: "
    "its words are alike ({score} of 1), among them {words}",
    "choice.already_told": "the same story as “{title}” from {source}, which edition {number} told",
    "choice.off_topic": "its source has none of the publication's topics (its own: {topics})",
    "choice.excluded": "matches the excluded pattern {pattern}",
    "choice.not_included": "matches none of the included patterns: {patterns}",
    "choice.backlog": "already stood at {source} when it was first collected, and the publication had begun before",
    "choice.per_source": "{source} had better stories for its {per_source} places in an edition",
    "choice.max_items": "better stories took all {max_items} places of the edition",
    "edition.too_few": "only {stories} of the {min_items} stories an edition needs; they wait for the next one",
    "poll.every": "checked every {minutes} minutes",
    "poll.learnt": "new items come about every {gap}, so checked again after {minutes} minutes",
    "poll.learnt_hours": "new items come about every {gap}, mostly between {start} and {end} h UTC, "
    "so checked again after {minutes} minutes",
    "poll.unknown": "no item has told yet how often new ones come, so checked again after {minutes} minutes",
    "poll.dead": "nothing new for {days} days, so checked again after {minutes} minutes",
    "poll.whole": "the server sends the whole document each time, so checked every {minutes} minutes at most",
    "poll.backoff": "failed {failures} times in a row, so checked again after {minutes} minutes",
    "poll.max_age": "the server says that what it sent stays fresh for {minutes} minutes (max-age)",
    "poll.expires": "the server says that what it sent stays fresh for {minutes} minutes (Expires)",
    "poll.ttl": "the feed asks to be read every {minutes} minutes at most (ttl)",
    "poll.update_period": "the feed says that it is updated every {minutes} minutes (sy:updatePeriod)",
    "poll.skip_hours": "the feed asks not to be read in the hours {hours} GMT (skipHours), "
    "so checked again after {minutes} minutes",
    "poll.skip_days": "the feed asks not to be read on {days} GMT (skipDays), so checked again after {minutes} minutes",
    "poll.retry_after": "the server asks to be left alone for {minutes} minutes (Retry-After)",
    "poll.gone": "the server says that it is gone for good (410), so it is not checked any more",
    # ── collect: why a document could not be had or read
    "fetch.status": "the server answered with status {status}",
    "fetch.timeout": "no complete answer within {seconds} seconds",
    "fetch.too_large": "the document is larger than {limit} bytes (fetch.max_bytes)",
    "fetch.bad_encoding": "the answer is compressed in a way that cannot be undone",
    "fetch.bad_url": "{url} is not a web address that can be asked",
    "fetch.bad_port": "port {port} belongs to a service that is not the web, and is never asked",
    "fetch.redirects": "more than {limit} redirects",
    "fetch.host_asked_for_patience": "{host} has just asked to be left alone for a while (Retry-After), so it was not "
    "asked",
    "wall.challenge": "the server wants proof of a human reader (a challenge such as Cloudflare's, status {status}); "
    "ask its owner to let feed readers pass",
    "wall.consent": "the server shows a question for consent in place of the document (status {status}); "
    "collect its feed if it has one",
    "wall.login": "the server wants a login (status {status})",
    "wall.script": "the page is empty until its JavaScript runs (status {status}); collect its feed if it has one",
    "fetch.private": "{error}; list its network in fetch.allow_private if that is wanted",
    "fetch.no_such_host": "there is no host {host}",
    "fetch.tls": "the connection is not secure: {error}",
    "fetch.unreachable": "the host cannot be reached: {error}",
    "fetch.broken": "the connection broke: {error}",
    "fetch.file": "{path} cannot be read: {error}",
    "fetch.empty": "the document is empty",
    "feed.empty": "the feed is empty",
    "feed.is_html": "an HTML page came where a feed was expected; set kind to auto or page if it is one",
    "feed.malformed": "the feed cannot be read: {error}",
    "page.not_html": "{url} is not an HTML page",
    "folder.missing": "there is no folder {path}",
    "sitemap.malformed": "the sitemap cannot be read: {error}",
    "sitemap.too_large": "the sitemap unpacks to more than {limit} bytes",
    "sitemap.no_articles": "none of the sitemaps it names is of articles",
    "robots.no_sitemap": "it names no sitemap",
    "wordpress.error": "the WordPress API refused: {error}",
    "wordpress.malformed": "the answer is no list of WordPress posts",
    "mailbox.bad_url": "{url} is not a mailbox such as imaps://reader@mail.example.org/INBOX or maildir:///home/me/Mail",
    "mailbox.password_in_url": "a password does not belong into an address; give it in a file of its own",
    "mailbox.not_tls": "a mailbox is only asked over TLS; write imaps:// in place of imap://",
    "mailbox.missing": "there is no Maildir at {path}: it would have the folders cur and new",
    "mailbox.unreachable": "the mail server at {host} cannot be reached: {error}",
    "mailbox.tls": "the connection to the mail server at {host} is not secure: {error}",
    "mailbox.refused": "the mail server refused: {error}",
    "mailbox.broken": "the mail server broke off: {error}",
    # ── discovery: which document was asked for, and why a route was not taken
    "step.document": "the address that was given",
    "step.announced": "the page announces this feed",
    "step.known_host": "pages at {host} are known to have it",
    "step.anchor": "the page links to it (“{words}”)",
    "step.structured": "told by {how}",
    "step.wordpress": "the page announces the API of WordPress",
    "step.robots": "it names the sitemaps of the site",
    "step.sitemap": "robots.txt names this sitemap",
    "step.usual_sitemap": "robots.txt names no sitemap, and this is where one usually is",
    "step.child": "the index of sitemaps at {index} names it",
    "step.page": "the list of posts in the page",
    "step.probe": "feeds are often found there, and probing was wished",
    "route.absent": "the page has none",
    "route.not_probed": "usual places of feeds are only tried on request (--probe)",
    "route.empty": "there is no article in it",
    "route.comments": "it is a feed of comments",
    "route.stale": "its newest entry is of {newest}, while the page shows one of {shown}",
    "route.poorer": "the page’s own list tells more: {shown} articles, {dated} of them dated",
    "route.goods": "most of its addresses are of goods, not of articles",
    "route.no_order": "its dates do not say which articles are new",
    "route.elsewhere": "none of its articles is below {section}",
    "route.redirected": "it leads to {url}, and a guess is not followed further",
    "route.too_many": "{limit} requests are enough for one site",
    "list.learnt_anew": "the list at {selector} no longer looks like itself ({doubt}); articles now come from the "
    "{role} list at {now}",
    "list.lost": "the list at {selector} no longer looks like itself ({doubt}) and no other can take its place; "
    "nothing of it was collected",
    "replay.missing": "{url} is not in the recording",
    "replay.damaged": "the recording {path} cannot be used: {error}",
    "route.nowhere": "none of the ways from this address leads to entries ({requests} requests); "
    "`digest sources add` and `digest inspect` show why",
    "route.other_kind": "it was to be read as {wanted}, but the best route is: {found}; set kind to auto to take that",
    "sitemap.is_index": "an index of sitemaps holds no articles itself; name one of the sitemaps in it",
    "collect.bug": "a bug in digest: {error}",
    # ── how a source stands
    "source.unseen": "not looked at yet",
    "source.paused": "paused",
    "source.fine": "fine, {entries} entries",
    "source.moved": "moved for good to {url}, and is asked there from now on",
    "source.merged": "moved to where {source} is collected already, so this one is paused",
    "source.recovered": "fine again after {failures} failures",
    "poll.local": "files are looked at whenever something runs",
    "entry.dated": "dated “{text}”, read from {source}, known to the {precision}",
    "entry.undated": "without a date, so it counts from when it was first seen",
    "address.malformed": "“{address}” is not a mail address such as reader@example.org",
    "address.smtputf8": "“{address}” has letters beyond ASCII before the @, which is not supported yet",
    "story.no_identity": "entry {entry} has no usable permanent id ({tag}), so no document shows it",
    "story.no_words": "entry {entry} has neither title nor text ({tag}), so no document shows it",
    # ── what became of an edition and its deliveries
    "edition.made": "made with {stories} stories",
    "edition.approved": "approved",
    "edition.skipped_by_hand": "skipped by its editor; its stories wait for the next one",
    "edition.just_made": "another process has just made it",
    "edition.sent": "all deliveries came to an end: {counts}",
    "edition.resent": "{number} deliveries planned again by its operator",
    "delivery.too_old": "waited for more than {days} days, so it was no news any more",
    "delivery.left": "no longer among the recipients when its turn came",
    "delivery.doubt": "the sending process ended before the answer of the server was written down; it may have arrived",
}
"""Code to English sentence, in `str.format` syntax, without a full stop at the end."""


def word(reason: Reason) -> str:
    """Put a reason into words; a code from a newer version is shown as it is, with its arguments."""
    sentence = SENTENCES.get(reason.code)
    if sentence is None:
        return " ".join([reason.code, *(f"{key}={value}" for key, value in sorted(reason.args.items()))])
    return _CONTROLS.sub(" ", sentence.format_map(reason.args))
