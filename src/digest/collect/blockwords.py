"""The words by which sites name their lists, in many languages. Tables only; `blocks` owns the rules."""

from __future__ import annotations

import re
from typing import Final

from digest.collect.datewords import fold
from digest.model import Role


def _any(words: str) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(fold(" ".join(word.split()))) for word in words.split(",") if word.strip())
    return re.compile(rf"(?<![^\W\d_])(?:{alternatives})(?![^\W\d_])")


def _inside(words: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word.strip()) for word in words.split(",")))


NEVER: Final = _any(
    """
    comment, comments, commentaires, commentaire, kommentare, kommentar, comentarios, commenti,
    comentários, reacties, komentarze, комментарии, комментариев, kommentarer, yorumlar, komentáře,
    categories, catégories, kategorien, categorías, categorieën, kategorie, рубрики, archives, archive,
    archiv, archivos, archivio, arquivos, archief, archieven, archiwum, архив, архивы, tag cloud,
    schlagwörter, étiquettes, etiquetas, mots-clés, blogroll, menu, menü, navigation, tweets, twitter,
    facebook, instagram, newsletter, calendar, calendrier, sponsor, sponsors, sponsored, anzeige,
    anzeigen, werbung, publicité, advertisement, jobs, stellenangebote, forum, impressum, mentions
    légales, inhaltsverzeichnis, table of contents, sommaire, most commented
    """
)
"""Words that no heading of a list of articles has."""

NOT_RECORDS: Final = _any(
    """
    category, categorie, tags, links, liens, enlaces, meta, login, sitemap, follow us, suivez-nous,
    kalender, partner, partners, partenaires, emplois, events, veranstaltungen, termine, topics, themen,
    rubriques, sections, authors, autoren, auteurs, share, partager, teilen, legal, contact, kontakt,
    about, über, à propos, services, produits, products, produkte, shop, social, language, sprache,
    langue, contents, inhalt, reviews
    """
)
"""Words that make a heading one of something else, unless it also names a role."""

WORDS: Final = {
    Role.RELATED: _any(
        """
        related, similar, you may also like, you might also like, you may like, might like, read also,
        read more, see also, more like this, more on this, more from, more in, more stories,
        recommended, recommendations, recommended for you, keep reading, read next, up next, further
        reading, also in, also read, don't miss, à lire aussi, lire aussi, à lire également, à lire, sur
        le même sujet, dans la même catégorie, dans la même rubrique, articles liés, articles
        similaires, articles connexes, vous aimerez aussi, vous pourriez aussi aimer, voir aussi,
        similaires, recommandés, ähnliche, ähnliche beiträge, ähnliche artikel, verwandte, verwandte
        artikel, mehr zum thema, mehr aus, mehr von, weitere artikel, weitere beiträge, weiterlesen, das
        könnte dich auch interessieren, auch interessant, das könnte sie auch interessieren, auch
        interessieren, passend dazu, lesen sie auch, mehr dazu, dies passt zum thema, relacionados,
        relacionadas, artículos relacionados, también te puede interesar, te puede interesar, lee
        también, correlati, correlate, articoli correlati, potrebbe interessarti, ti potrebbe
        interessare, leggi anche, leia também, leia mais, veja também, você pode gostar, gerelateerd,
        gerelateerde, lees ook, meer over, powiązane, podobne, zobacz także, czytaj także, przeczytaj
        także, похожие, похожие записи, читайте также, по теме, relaterade, läs också, läs mer,
        relaterede, læs også, relaterte, les også, související, podobné články, čtěte také, ilgili,
        benzer yazılar, ilginizi çekebilir, liittyvät, lue myös, articles relacionats, lecture, artigos
        relacionados, leituras recomendadas, مقالات ذات صلة, ذات صلة, اقرأ أيضا
        """
    ),
    Role.POPULAR: _any(
        """
        popular, most popular, most read, most viewed, most shared, trending, top posts, top stories,
        top articles, top news, best of, hot, featured, editor's picks, editors' picks, must read, les
        plus lus, les plus lues, plus lus, plus lues, les plus vus, plus vus, populaires, articles
        populaires, les plus populaires, les plus partagés, tendances, à la une, beliebt, beliebte,
        beliebteste, beliebteste beiträge, meistgelesen, meistgelesene, am meisten gelesen,
        top-beiträge, top beiträge, topthemen, empfohlen, empfehlungen, lo más leído, más leído, más
        leídos, más leídas, más vistos, populares, lo más visto, destacados, tendencias, più letti, i
        più letti, più lette, popolari, in evidenza, mais lidas, mais lidos, mais vistas, em alta, meest
        gelezen, populair, populaire, najpopularniejsze, najczęściej czytane, popularne, популярное,
        популярные, самое читаемое, mest lästa, mest läst, populära, mest læste, mest læst, populære,
        mest lest, nejčtenější, populární, popüler, çok okunanlar, en çok okunanlar, suosituimmat,
        luetuimmat, els més llegits, الأكثر قراءة, الأكثر مشاهدة, الأكثر شعبية
        """
    ),
    Role.RECENT: _any(
        """
        recent, recently, latest, newest, new posts, new articles, new on, what's new, just in, just
        published, breaking news, récent, récents, récente, récentes, dernier, derniers, dernière,
        dernières, nouveau, nouveautés, nouveaux articles, toute l'actualité, actualités, fil info, fil
        d'actu, en continu, en direct, neu, neue, neues, neueste, neuesten, neuester, neuestes, neuste,
        neusten, neustes, neuerste, letzte, letzten, aktuell, aktuelle, aktuelles, aktuellste, jüngste,
        zuletzt, frisch, gerade erschienen, ticker, reciente, recientes, último, últimos, última,
        últimas, novedades, lo último, nuevo, nuevos, recente, recenti, ultimo, ultimi, ultima, ultime,
        novità, novidades, mais recentes, recentes, recent berichten, laatste, nieuw, nieuwste, nieuws,
        ostatnie, ostatnio, najnowsze, nowe, nowości, aktualności, свежие, свежее, последние, последнее,
        новые, новое, новости, останні, нові, свіжі, senaste, senast, nya, nyaste, seneste, nyeste, nye,
        siste, nylige, nejnovější, poslední, nové, novinky, aktuální, najnovšie, posledné, son, yeni,
        son yazılar, son haberler, viimeisimmät, uusimmat, tuoreimmat, últims, darreres, recents,
        recente artikelen, legfrissebb, legutóbbi, friss, ultimele, recente articole, πρόσφατα,
        τελευταία, νέα, terbaru, terkini, mới nhất, bài viết mới, אחרונים, אחרונות, חדשים, חדש, أحدث,
        آخر, احدث, اخر, جديد
        """
    ),
}
"""Role to the words that tell it, strongest claim first: "latest related posts" are related."""

CJK: Final = {
    Role.RELATED: _inside("関連, 関連記事, あわせて読みたい, おすすめ, 相关, 相關, 推荐, 推薦, 관련, 추천"),
    Role.POPULAR: _inside("人気, ランキング, 热门, 熱門, 最热, 排行, 인기, 많이 본"),
    Role.RECENT: _inside("最近, 最新, 新着, 近期, 最新文章, 최근, 최신, 새 글, 새글"),
}
CJK_NOT_RECORDS: Final = _inside(
    "コメント, カテゴリ, アーカイブ, タグ, 评论, 評論, 分类, 分類, 归档, 標籤, 标签, 댓글, 카테고리, 태그, 보관"
)

MARKUP: Final = {
    Role.RECENT: re.compile(
        r"widget_recent_entries|recent[-_ ]?(?:posts?|entries|articles?|news|blog)|latest[-_ ]?(?:posts?|news)"
        r"|wp-block-latest-posts|posts?[-_ ]recent|last[-_ ]?(?:posts?|articles?|news)|news-latest|gh-latest"
        r"|view-(?:recent|latest|blog-recent)|block-(?:recent|latest)|tx-blog-recent|recentposts|blog-?recent"
        r"|derniers?-articles?|neueste|aktuell"
    ),
    Role.RELATED: re.compile(r"related|similar|read-?next|also-?like|recommend|yarpp|crp_|more-?posts"),
    Role.POPULAR: re.compile(r"popular|trending|most-?(?:read|viewed)|top-?posts|wpp-list|meistgelesen|plus-?lus"),
}
"""Role to what themes and widgets call such a list in `class` and `id` (WordPress, Ghost, Drupal, TYPO3, Blogger)."""

MARKUP_NOT_RECORDS: Final = re.compile(
    r"(?:[a-z]+[-_])?(?:nav|navbar|navigation|menu|submenu|breadcrumbs?|pagination|pager|social|share|sharing|tags"
    r"|tagcloud|tag-cloud|comments?|comment-?list|recent-?comments|archives?|categories|language-?switcher|toc|footnotes|cookies?"
    r"|consent|blogroll|tag-?list)(?:[-_](?:list|links?|wrap|wrapper|container|block|menu|box|area|section|widget|\d+))?"
    r"|widget_(?:archive|categories|recent_comments|nav_menu|tag_cloud|meta|pages|links)"
)
"""What elements are called that hold no list of articles: a whole name of `class` or `id`."""

ASIDE: Final = re.compile(r"side-?bar|aside|footer|widget|rail|secondary|tertiary")
"""What the surroundings of an article are called."""

MORE: Final = _any(
    """
    read more, more, continue reading, continue, learn more, read article, read, full story, view, see
    more, details, lire la suite, lire, suite, en savoir plus, voir, plus, mehr, weiterlesen, mehr
    lesen, mehr erfahren, zum artikel, weiter, leer más, seguir leyendo, ver más, más, leggi tutto,
    leggi, continua, continua a leggere, leia mais, continue lendo, lees meer, lees verder, czytaj
    dalej, czytaj więcej, więcej, читать далее, подробнее, читать, далее, läs mer, læs mere, les mer,
    číst dál, více, devamını oku, devamı, lue lisää, comments, comment, kommentare, commentaires,
    permalink, permanent link, link, share, click here, here, hier
    """
)
"""What is written on a link that stands beside the headline."""
CJK_MORE: Final = _inside("続きを読む, もっと見る, 阅读更多, 閱讀更多, 阅读全文, 더 보기, 더보기, 자세히")

POSTS: Final = _any(
    """
    posts, post, articles, stories, entries, blog, beiträge, artikel, blogbeiträge, einträge, entradas,
    artículos, noticias, publicaciones, articoli, notizie, artigos, postagens, berichten, artikelen,
    wpisy, artykuły, записи, статьи, записей, inlägg, indlæg, innlegg, příspěvky, články, yazılar,
    haberler, artikkelit, julkaisut, publications, billets, actualités, articulos, bejegyzések,
    articole, άρθρα, مقالات, المقالات
    """
)
"""What a site calls its articles."""
