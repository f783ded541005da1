"""What the pages of the French corpus talk about: invented articles, each with a slug, a date and an excerpt."""

from dataclasses import dataclass
from datetime import date, timedelta

FETCHED = date(2024, 4, 26)
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
SHORT = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
TITLES = (
    """
Le port attend toujours ses bateaux|Trois recettes d'hiver sans four|Pourquoi les ponts chantent dans le vent
La bibliothèque rouvre après deux ans de travaux|Un potager sur le toit de la mairie|Les trains de nuit reviennent cet été
Comment choisir une lampe de bureau|Dix ans de radio associative à Nantes|Le vieux moulin cherche un meunier
Ce que les abeilles disent de nos villes|Réparer sa bouilloire soi-même|Un musée du sel au bord de l'étang
Les cartes marines racontent la côte|Écrire à la main, une habitude qui revient|La fanfare du quartier fête ses cent ans
Vélo : la piste de la vallée enfin achevée|Le marché du samedi change de place|Peindre la brume sans se presser
Une nuit avec les veilleurs du phare|Petite histoire des cabines téléphoniques|Les forêts après la tempête de novembre
Apprendre le breton à soixante ans|Le pain au levain en sept étapes|Quand la rivière sort de son lit
Le cinéma de village ne fermera pas|Cultiver des champignons à la cave|La poste du hameau garde son guichet
Un hiver sans neige dans le massif|Les horloges publiques retrouvent l'heure|Reliure : le geste et la colle
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
SENTENCES = (
    "Depuis le début de l'hiver, personne dans la commune ne saurait dire quand cela a vraiment commencé.",
    "Il a fallu trois réunions, deux rapports et beaucoup de patience pour que l'affaire avance enfin.",
    "Les habitants, eux, se souviennent d'un temps où la question ne se posait même pas.",
    "Rien n'est encore décidé, mais les premiers essais ont convaincu jusqu'aux plus réticents.",
    "À l'heure où nous écrivons, les outils sont prêts et il ne manque plus que le beau temps.",
    "Chacun a son avis, et c'est sans doute ce qui rend la suite si difficile à prévoir.",
)


@dataclass(frozen=True)
class Post:
    """One article of an invented site."""

    number: int
    title: str
    path: str
    day: date

    @property
    def excerpt(self):
        return SENTENCES[self.number % len(SENTENCES)]

    @property
    def iso(self):
        return f"{self.day.isoformat()}T08:{self.number % 60:02}:00+02:00"

    @property
    def long(self):
        return f"{self.day.day} {MONTHS[self.day.month - 1]} {self.day.year}"

    @property
    def short(self):
        return f"{self.day.day} {SHORT[self.day.month - 1]} {self.day.year}"

    @property
    def slashed(self):
        return f"{self.day:%d/%m/%Y}"

    @property
    def ago(self):
        days = (FETCHED - self.day).days
        return f"il y a {days} jours" if days < 14 else f"il y a {days // 7} semaines"


def slug(title):
    plain = title.lower()
    for before, after in zip("àâäéèêëîïôöùûüç'’:,. ", "aaaeeeeiioouuuc------", strict=True):
        plain = plain.replace(before, after)
    return "-".join(part for part in plain.split("-") if part)


def posts(seed, count, pattern="/{slug}/"):
    """Take `count` articles, other ones for each seed; `pattern` makes their paths."""
    step = (1, 7, 11, 13)[seed % 4]
    found = []
    for place in range(count):
        number = (seed * 5 + place * step) % len(TITLES)
        day = FETCHED - timedelta(days=1 + place * 3 + seed)
        title = TITLES[number]
        path = pattern.format(slug=slug(title), y=day.year, m=f"{day.month:02}", d=f"{day.day:02}", n=4000 + number)
        found.append(Post(number, title, path, day))
    return found


def prose(seed, paragraphs=5):
    return "".join(
        "<p>" + " ".join(SENTENCES[(seed + row + step) % len(SENTENCES)] for step in range(3)) + "</p>"
        for row in range(paragraphs)
    )
