"""Invented stories and editions for the render tests: an English and a French issue, and a hostile one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from digest.model import AlsoIn, Edition, Enclosure, Precision, Publication, Site, SourceRef, Story

SITE = Site(
    title="Harbour Press",
    url="https://press.example/",
    language="en",
    timezone="Europe/Lisbon",
    owner="Harbour Press",
    address="4 Quay Street, Saltmarsh",
)
LEDGER = Publication(
    slug="ledger",
    title="The Saltmarsh Ledger",
    description="What happened along the coast this week, told in five minutes.",
    language="en",
    timezone="Europe/Lisbon",
)
CAHIER = Publication(
    slug="cahier",
    title="Le Cahier des marées",
    description="L’essentiel de la côte, chaque lundi matin.",
    language="fr",
    timezone="Europe/Paris",
)
DUE = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)

TIDE = SourceRef(
    id=1,
    name="tide",
    title="Tidewatch",
    url="https://tidewatch.example/feed.xml",
    link="https://tidewatch.example/",
    language="en",
)
GAZETTE = SourceRef(
    id=2,
    name="gazette",
    title="Northern Gazette",
    url="https://gazette.example/rss",
    link="https://gazette.example/",
    language="en",
)
PHARE = SourceRef(
    id=3,
    name="phare",
    title="Le Petit Phare",
    url="https://phare.example/flux.xml",
    link="https://phare.example/",
    language="fr",
)
MANARA = SourceRef(
    id=4,
    name="manara",
    title="المنارة",
    url="https://manara.example/feed",
    link="https://manara.example/",
    language="ar",
)
NOTES = SourceRef(id=5, name="notes", title="Editor’s notes", url="posts/", language="en")


def story(number, title, summary, **more):
    """Tell one story; whatever is not said is invented from its number."""
    published = DUE - timedelta(hours=3 * number, minutes=7 * number)
    facts = {
        "tag": f"tag:press.example,2026:e{number}",
        "entry_id": number,
        "title": title,
        "url": f"https://tidewatch.example/2026/{number}",
        "summary": summary,
        "content": f"<p>{summary}</p>",
        "authors": (),
        "published": published,
        "precision": Precision.MINUTE,
        "updated": published,
        "source": TIDE,
    }
    return Story(**facts | more)


ENGLISH = (
    story(
        1,
        "The lighthouse at Gull Point is lit again after eleven dark winters",
        "Volunteers rebuilt the lens from drawings found in a biscuit tin, and on Saturday the beam crossed the bay "
        "for the first time since the storm. Fishing crews say they could see it from twenty miles out. The council "
        "will pay for the electricity; the keepers will take turns, as their grandparents did.",
        authors=("Mara Quill", "Tobias Fenn"),
        topic="Coast",
        also_in=(
            AlsoIn(source="Northern Gazette", title="Gull Point shines", url="https://gazette.example/gull-point"),
            AlsoIn(source="Harbour Radio", title="A light returns", url="https://radio.example/light"),
        ),
        image="https://tidewatch.example/gull.jpg",
        categories=("Lighthouses", "Volunteers"),
    ),
    story(
        2,
        "Why the spring tides came two hands higher than the tables said",
        "A slow bulge of warm water has been moving up the coast since August. The harbour office explains how it "
        "adds to the moon’s pull, and which quays will be wet on the 14th.",
        authors=("Ines Carrow",),
        topic="Coast",
    ),
    story(
        3,
        "Oyster beds reopen, with a smaller catch and a better price",
        "Samples were clean for six weeks in a row. Growers agreed to leave the northern beds alone until spring.",
        topic="Coast",
        source=GAZETTE,
        url="https://gazette.example/oysters?from=home&page=2",
    ),
    story(
        4,
        "Une bibliothèque s’installe dans l’ancienne gare maritime",
        "Douze mille livres, un café et une salle de lecture avec vue sur les bassins : l’ouverture est prévue pour mars.",
        source=PHARE,
        language="fr",
        authors=("Hélène Marchais",),
        topic="Culture",
        url="https://phare.example/bibliotheque",
    ),
    story(
        5,
        "A choir that rehearses only at low tide",
        "Forty singers meet on the sandbank below the church, and have ninety minutes before the sea takes the hall back.",
        topic="Culture",
        enclosures=(
            Enclosure("https://tidewatch.example/choir.mp3", "audio/mpeg", 4_213_000),
            Enclosure("https://tidewatch.example/choir.pdf", "application/pdf"),
        ),
    ),
    story(
        6,
        "متحف البحر يفتح أبوابه لسفن الورق",
        "معرض صغير يجمع ثلاثمئة سفينة صنعها أطفال المدينة من الصحف القديمة.",
        source=MANARA,
        language="ar",
        topic="Culture",
        url="https://manara.example/paper-ships",
    ),
    story(7, "The last typesetter of Saltmarsh teaches her first class", "Six pupils, one press.", topic="Culture"),
    story(
        8,
        "From the editor: a map of every bench",
        "We asked readers for the benches they like best. Here are all two hundred and twelve.",
        source=NOTES,
        url=None,
        content="<p>We asked readers for the benches they like <em>best</em>.</p><ul><li>By the slipway</li></ul>",
        topic="Town",
        precision=Precision.DAY,
    ),
    story(9, "Night buses return on Fridays", "Two lines, until half past one.", topic="Town", source=GAZETTE),
    story(10, "The market square loses its cars for good", "The vote was 9 to 4.", topic="Town", source=GAZETTE),
    story(11, "Repair café finds a home above the chandler’s", "Bring the lamp.", topic="Town"),
    story(12, "A quiet rule change lets households share one heat pump", "It took nine years.", topic="Town"),
)
FRENCH = tuple(
    replace(told, source=PHARE, language="fr", title=title, topic=topic, summary=summary, also_in=also)
    for told, title, topic, summary, also in zip(
        ENGLISH[:7],
        (
            "Le phare de la Pointe aux Mouettes brille de nouveau après onze hivers",
            "Pourquoi les grandes marées ont dépassé les prévisions",
            "Les parcs à huîtres rouvrent : moins de récolte, meilleur prix",
            "Une bibliothèque s’installe dans l’ancienne gare maritime",
            "Une chorale qui ne répète qu’à marée basse",
            "« L’encre et le sel » : un premier roman venu du large",
            "La dernière typographe donne son premier cours",
        ),
        ("Littoral", "Littoral", "Littoral", "Culture", "Culture", "Culture", "Culture"),
        (
            (
                "Des bénévoles ont reconstruit l’optique d’après des plans retrouvés dans une boîte à biscuits. Samedi soir, "
                "le faisceau a traversé la baie pour la première fois depuis la tempête."
            ),
            (
                "Une masse d’eau chaude remonte lentement la côte depuis août. La capitainerie explique comment elle s’ajoute "
                "à l’attraction de la lune."
            ),
            "Six semaines d’analyses sans défaut. Les ostréiculteurs laisseront les bancs du nord au repos jusqu’au printemps.",
            "Douze mille livres, un café et une salle de lecture avec vue sur les bassins.",
            "Quarante chanteurs se retrouvent sur le banc de sable, et disposent de quatre-vingt-dix minutes.",
            "Un récit de traversée, sobre et précis.",
            "Six élèves, une presse.",
        ),
        (
            (AlsoIn(source="Tidewatch", title="Gull Point", url="https://tidewatch.example/gull"),),
            (),
            (),
            (),
            (),
            (),
            (),
        ),
        strict=True,
    )
)
HOSTILE = (
    story(
        1,
        "Why ]]> <script>alert(1)</script> &amp; friends\x0b never\x00 win \ud800",
        "Vec<T> & <b>bold</b> \x0bclaims ]]>",
        content="<p>fine &amp; well ]]&gt; \x0c\ud83d</p>",
        authors=("A <b>Bold</b> Author", "\x00"),
        topic="<i>Topic</i>",
        categories=("R&D", "", "r&d"),
        also_in=(AlsoIn(source="<img src=x>", title="x", url="javascript:alert(1)"),),
        image="javascript:alert(1)",
        language='en" onload="x',
        enclosures=(Enclosure("ftp://x.example/a", "audio/mpeg", 1), Enclosure("https://x.example/a b", "?", -4)),
    ),
    story(
        2,
        "עדות מן הים: the boat came back",
        "עדות קצרה",
        url='https://x.example/"><script>?q=é&r=[1]#ü',
        source=GAZETTE,
    ),
    story(3, "", "", content="", url="https://x.example/nothing"),
    story(4, "No identity", "None at all.", tag="not a tag"),
    story(
        5,
        "",
        "A post without a title that says what it has to say in one sentence, then goes on. And on.",
        url="nonsense",
    ),
    story(
        6,
        "x" * 300,
        "word " * 400,
        updated=datetime(2020, 1, 1, tzinfo=UTC),
        source=replace(GAZETTE, title="", url="/home/someone/posts", link="https://bücher.example/ä"),
        url="http://bücher.example:8080/straße?q=100%&r=%20",
        precision=Precision.NONE,
    ),
)


def edition(stories=ENGLISH, publication=LEDGER, number=42, due=DUE):
    """Freeze an issue."""
    return Edition(
        uid=f"{number:032x}",
        number=number,
        site=SITE,
        publication=publication,
        due_at=due,
        made_at=due - timedelta(minutes=20),
        stories=tuple(stories),
    )


def big_edition(count=30, paragraphs=6):
    """Freeze an issue of `count` stories with full content, for budgets and measurements."""
    text = "The tide tables were wrong by two hands, and nobody in the harbour office would say why. " * 4
    topics = ("Coast", "Culture", "Town", "Sea", "Letters")
    return edition(
        story(
            number,
            f"Headline number {number} says in nine words what happened there",
            text,
            content=f"<p>{text}</p>" * paragraphs,
            authors=("Mara Quill",),
            topic=topics[(number - 1) * len(topics) // count],
            updated=DUE - timedelta(hours=number),
        )
        for number in range(1, count + 1)
    )
