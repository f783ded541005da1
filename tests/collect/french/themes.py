"""Thirty French pages as real systems build them: WordPress, Ghost, Drupal, TYPO3, Blogger, Hugo, SPIP, Dotclear, newspapers.

Each theme gives its page and its gold: role to the paths of the articles listed in that role, in order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from collect.french.furniture import (
    archives,
    categories,
    comments,
    footer,
    menu,
    page,
    recent_comments,
    share,
    tags,
)
from collect.french.words import posts, prose


@dataclass(frozen=True)
class Gold:
    """A page, its URL, and what it lists."""

    name: str
    url: str
    html: str
    lists: dict[str, list[str]]


def paths(found):
    return [post.path for post in found]


# ── WordPress ────────────────────────────────────────────────────────────────────────────────────
def wordpress_classic(seed):
    own, *rest = posts(seed, 9, "/{y}/{m}/{d}/{slug}/")
    recent, related = rest[:5], rest[5:8]
    widget = "".join(
        f'<li><a href="{p.path}">{p.title}</a><span class="post-date">{p.long}</span></li>' for p in recent
    )
    cards = "".join(
        f'<div class="jp-relatedposts-post"><h4><a class="jp-relatedposts-post-a" href="{p.path}">{p.title}</a></h4>'
        f'<p class="jp-relatedposts-post-date">{p.long}</p></div>'
        for p in related
    )
    body = f"""<div id="page"><header id="masthead" class="site-header"><p class="site-title"><a href="/">Le Phare</a></p>{menu()}</header>
      <div id="primary"><main id="main"><article class="post type-post hentry"><header class="entry-header"><h1 class="entry-title">
      {own.title}</h1><span class="posted-on">Publié le <time class="entry-date published" datetime="{own.iso}">{own.long}</time></span></header>
      <div class="entry-content">{prose(seed)}{share('<div class="sharedaddy">{}</div>')}
      <div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>Articles similaires</em></h3>{cards}</div></div>
      <footer class="entry-footer">{tags('<span class="tags-links">{}</span>')}</footer></article>
      <nav class="navigation post-navigation"><a href="{rest[0].path}" rel="prev">{rest[0].title}</a></nav>{comments(own)}</main></div>
      <aside id="secondary" class="widget-area"><section class="widget widget_search"><form><input name="s"></form></section>
      <section class="widget widget_recent_entries"><h2 class="widget-title">Articles récents</h2><ul>{widget}</ul></section>
      {recent_comments(own)}<section class="widget widget_archive">{archives()}</section>
      <section class="widget widget_categories">{categories()}</section></aside>{footer("Le Phare")}</div>"""
    return own, body, {"recent": paths(recent), "related": paths(related)}


def wordpress_block(seed):
    own, *rest = posts(seed, 9, "/{slug}/")
    recent, related = rest[:5], rest[5:8]
    items = "".join(
        f'<li><a class="wp-block-latest-posts__post-title" href="{p.path}">{p.title}</a>'
        f'<time datetime="{p.iso}" class="wp-block-latest-posts__post-date">{p.long}</time>'
        f'<div class="wp-block-latest-posts__post-excerpt">{p.excerpt}</div></li>'
        for p in recent
    )
    query = "".join(
        f'<li class="wp-block-post post-{p.number} post type-post"><figure class="wp-block-post-featured-image"><a href="{p.path}">'
        f'<img src="/i/{p.number}.webp" alt=""></a></figure><h3 class="wp-block-post-title"><a href="{p.path}">{p.title}</a></h3>'
        f'<div class="wp-block-post-date"><time datetime="{p.iso}">{p.short}</time></div></li>'
        for p in related
    )
    body = f"""<div class="wp-site-blocks"><header class="wp-block-template-part"><p class="wp-block-site-title"><a href="/">Rives</a></p>
      {menu('<nav class="wp-block-navigation">{}</nav>', "wp-block-navigation-item")}</header><main class="wp-block-group">
      <h1 class="wp-block-post-title">{own.title}</h1><div class="wp-block-post-date"><time datetime="{own.iso}">{own.long}</time></div>
      <div class="entry-content wp-block-post-content">{prose(seed)}</div>{tags('<div class="taxonomy-post_tag wp-block-post-terms">{}</div>')}
      <h2 class="wp-block-heading">À lire aussi</h2><div class="wp-block-query"><ul class="wp-block-post-template is-layout-grid">{query}</ul></div>
      {comments(own, '<ol class="wp-block-comment-template">{}</ol>')}</main>
      <footer class="wp-block-template-part"><div class="wp-block-columns"><div class="wp-block-column"><h2 class="wp-block-heading">
      Derniers articles</h2><ul class="wp-block-latest-posts__list has-dates wp-block-latest-posts">{items}</ul></div>
      <div class="wp-block-column">{archives('<h2>Archives</h2><ul class="wp-block-archives-list">{}</ul>')}</div></div>
      <p>Fièrement propulsé par WordPress</p></footer></div>"""
    return own, body, {"recent": paths(recent), "related": paths(related)}


def wordpress_home(seed):
    main, popular = posts(seed, 8, "/{slug}/"), posts(seed + 2, 5, "/populaire/{slug}/")
    cards = "".join(
        f'<article class="post hentry"><header class="entry-header"><h2 class="entry-title"><a href="{p.path}" rel="bookmark">{p.title}</a>'
        f'</h2><div class="entry-meta"><span class="posted-on"><time datetime="{p.iso}">{p.long}</time></span> <span class="cat-links">'
        f'<a href="/category/port/" rel="category tag">Port</a></span></div></header><div class="entry-summary"><p>{p.excerpt}</p>'
        f'<a class="more-link" href="{p.path}">Lire la suite</a></div><span class="comments-link"><a href="{p.path}#respond">Laisser un'
        f" commentaire</a></span></article>"
        for p in main
    )
    most = "".join(
        f'<li><a href="{p.path}" class="wpp-post-title">{p.title}</a> <span class="wpp-views">{p.number + 12} vues</span></li>'
        for p in popular
    )
    body = f"""<header class="site-header"><a href="/">Carnets de marée</a>{menu()}</header><div id="content"><main>{cards}
      <nav class="navigation pagination"><a href="/page/2/">2</a><a href="/page/3/">3</a></nav></main><aside class="sidebar">
      <div class="widget popular-posts"><h3>Les plus lus</h3><ul class="wpp-list">{most}</ul></div><div class="widget">{categories()}</div>
      <div class="widget">{tags()}</div></aside></div>{footer("Carnets de marée")}"""
    return None, body, {"main": paths(main), "popular": paths(popular)}


def wordpress_builder(seed):
    own, *rest = posts(seed, 10, "/blog/{slug}/")
    recent, related = rest[:4], rest[4:7]
    rows = "".join(
        f'<div class="elementor-post"><a class="elementor-post__thumbnail__link" href="{p.path}"><img data-src="/i/{p.number}.jpg" src="data:,"></a>'
        f'<div class="elementor-post__text"><h3 class="elementor-post__title"><a href="{p.path}">{p.title}</a></h3><div '
        f'class="elementor-post__meta-data"><span class="elementor-post-date">{p.long}</span></div><a class="elementor-post__read-more" '
        f'href="{p.path}">Lire plus »</a></div></div>'
        for p in related
    )
    last = "".join(
        f'<div class="recent-item"><a href="{p.path}"><span class="titre">{p.title}</span><span class="quand">{p.ago}</span></a></div>'
        for p in recent
    )
    body = f"""<div class="elementor-location-header">{menu('<div class="elementor-nav-menu">{}</div>')}</div><div class="elementor-location-single">
      <h1 class="elementor-heading-title">{own.title}</h1><ul class="elementor-icon-list-items"><li>Par Ana</li><li><time>{own.long}</time></li></ul>
      <div class="elementor-widget-theme-post-content">{prose(seed)}</div>{share('<div class="elementor-share-buttons">{}</div>')}
      <section><h2>Vous aimerez aussi</h2><div class="elementor-posts-container elementor-grid">{rows}</div></section></div>
      <div class="elementor-sidebar"><div class="bloc"><h4>Nos derniers articles</h4><div>{last}</div></div>{categories()}</div>{footer("Atelier")}"""
    return own, body, {"recent": paths(recent), "related": paths(related)}


# ── Ghost, Hugo, Jekyll ──────────────────────────────────────────────────────────────────────────
def ghost_post(seed):
    own, *rest = posts(seed, 8, "/{slug}/")
    recent = rest[:4]
    feed = "".join(
        f'<article class="gh-card post"><a class="gh-card-link" href="{p.path}"><figure class="gh-card-image"><img src="/i/{p.number}.jpg"></figure>'
        f'<div class="gh-card-wrapper"><h3 class="gh-card-title is-title">{p.title}</h3><p class="gh-card-excerpt">{p.excerpt}</p>'
        f'<footer class="gh-card-meta"><span>Par Ana</span><time class="gh-card-date" datetime="{p.day}">{p.short}</time></footer></div></a></article>'
        for p in recent
    )
    body = f"""<div class="gh-viewport"><header id="gh-navigation" class="gh-navigation"><a href="/">Lisière</a>{menu()}</header>
      <main class="gh-main"><article class="gh-article post"><header class="gh-article-header"><h1 class="gh-article-title">{own.title}</h1>
      <p class="gh-article-excerpt">{own.excerpt}</p><div class="gh-article-meta"><h4><a href="/author/ana/">Ana</a></h4>
      <time datetime="{own.day}">{own.short}</time><span> — 4 min de lecture</span></div></header><section class="gh-content">{prose(seed)}</section>
      </article><section class="gh-container is-grid gh-outer"><div class="gh-container-inner gh-inner"><h2 class="gh-container-title">
      À lire ensuite</h2><div class="gh-feed">{feed}</div></div></section></main><footer class="gh-footer"><form data-members-form>
      <input type="email" placeholder="vous@exemple.fr"><button>S'abonner</button></form>{footer("Lisière")}</footer></div>"""
    return own, body, {"related": paths(recent)}


def ghost_home(seed):
    main = posts(seed, 9, "/{slug}/")
    feed = "".join(
        f'<article class="post-card post"><a class="post-card-image-link" href="{p.path}"><img src="/i/{p.number}.jpg" alt="{p.title}"></a>'
        f'<div class="post-card-content"><a class="post-card-content-link" href="{p.path}"><div class="post-card-tags"><span>Culture</span></div>'
        f'<h2 class="post-card-title">{p.title}</h2><div class="post-card-excerpt">{p.excerpt}</div></a><footer class="post-card-meta">'
        f'<time datetime="{p.day}">{p.short}</time><span>3 min</span></footer></div></article>'
        for p in main
    )
    body = f"""<header id="gh-head" class="gh-head">{menu()}</header><main id="site-main"><div class="inner posts"><div class="post-feed">{feed}</div></div>
      </main>{footer("Lisière")}"""
    return None, body, {"main": paths(main)}


def hugo_post(seed):
    own, *rest = posts(seed, 9, "/articles/{slug}/")
    related, recent = rest[:3], rest[3:8]
    more = "".join(f'<li><a href="{p.path}">{p.title}</a> <small>{p.slashed}</small></li>' for p in recent)
    see = "".join(f'<li><a href="{p.path}">{p.title}</a></li>' for p in related)
    body = f"""<header>{menu()}</header><main><article><header><h1>{own.title}</h1><p><time datetime="{own.day}">{own.long}</time> · 3 min</p></header>
      <div class="prose">{prose(seed)}</div><section class="related"><h3>Sur le même sujet</h3><ul>{see}</ul></section></article>
      <ul class="post-tags"><li><a href="/tags/port/">port</a></li><li><a href="/tags/jardin/">jardin</a></li></ul></main>
      <aside><h3>Derniers billets</h3><ul>{more}</ul></aside><footer><p>© 2024 Ana — fait avec Hugo</p></footer>"""
    return own, body, {"related": paths(related), "recent": paths(recent)}


def hugo_list(seed):
    main = posts(seed, 12, "/articles/{slug}/")
    rows = "".join(
        f'<li class="post"><span class="date">{p.slashed}</span> <a href="{p.path}">{p.title}</a></li>' for p in main
    )
    body = f"""<header>{menu()}</header><main><h1>Articles</h1><ul class="posts">{rows}</ul><ul class="pagination"><li><a href="/articles/page/2/">
      Suivant</a></li></ul></main>{footer("Ana")}"""
    return None, body, {"main": paths(main)}


# ── Drupal, TYPO3, SPIP, Joomla, Dotclear ────────────────────────────────────────────────────────
def drupal(seed):
    own, *rest = posts(seed, 9, "/actualites/{slug}")
    recent = rest[:6]
    rows = "".join(
        f'<div class="views-row"><div class="views-field views-field-title"><span class="field-content"><a href="{p.path}" hreflang="fr">{p.title}'
        f'</a></span></div><div class="views-field views-field-created"><span class="field-content"><time datetime="{p.iso}">{p.slashed}</time>'
        f"</span></div></div>"
        for p in recent
    )
    body = f"""<div class="dialog-off-canvas-main-canvas"><header role="banner"><nav role="navigation" id="block-main-menu">{menu("{}")}</nav></header>
      <div class="region region-breadcrumb"><nav class="breadcrumb"><ol><li><a href="/">Accueil</a></li><li><a href="/actualites">Actualités</a></li></ol>
      </nav></div><main role="main"><div class="region region-content"><h1 class="page-header"><span>{own.title}</span></h1><article class="node node--type-article">
      <footer class="node__meta"><div class="node__submitted">Soumis par <a href="/user/3">Ana</a> le <span>{own.long}</span></div></footer>
      <div class="field--name-body">{prose(seed)}</div><div class="field--name-field-tags"><a href="/taxonomy/term/4">port</a> <a href="/taxonomy/term/5">
      jardin</a></div></article></div><aside class="region region-sidebar-second"><div class="views-element-container block block-views
      block-views-blockcontent-recent-block-1"><h2 class="block-title">Contenu récent</h2><div class="view view-content-recent"><div class="view-content">{rows}</div>
      <div class="more-link"><a href="/actualites">Plus</a></div></div></div></aside></main>{footer("Ville de Sarzeau")}</div>"""
    return own, body, {"recent": paths(recent)}


def typo3(seed):
    own, *rest = posts(seed, 9, "/actualites/detail/{slug}")
    recent = rest[:5]
    rows = "".join(
        f'<div class="article articletype-0 news-latest-item"><div class="header"><h3><a itemprop="url" title="{p.title}" href="{p.path}"><span itemprop="headline">'
        f'{p.title}</span></a></h3></div><div class="teaser-text"><div itemprop="description"><p>{p.excerpt}</p></div><a class="more" href="{p.path}">'
        f'Lire la suite</a></div><div class="news-list-date"><time itemprop="datePublished" datetime="{p.day}">{p.slashed}</time></div></div>'
        for p in recent
    )
    body = f"""<div id="top">{menu()}</div><div id="content"><div class="news news-single"><div class="article" itemscope itemtype="http://schema.org/Article">
      <div class="header"><h1 itemprop="headline">{own.title}</h1></div><div class="footer"><p><span class="news-list-date"><time itemprop="datePublished"
      datetime="{own.day}">{own.long}</time></span></p></div><div class="news-text-wrap" itemprop="articleBody">{prose(seed)}</div></div></div>
      <div id="c812" class="frame frame-type-list"><header><h2>Dernières actualités</h2></header><div class="news"><div class="news-latest-view">{rows}</div></div></div>
      </div>{footer("Institut")}"""
    return own, body, {"recent": paths(recent)}


def spip(seed):
    own, *rest = posts(seed, 9, "/{slug}.html")
    related, recent = rest[:4], rest[4:8]
    more = "".join(
        f'<li class="hentry"><strong><a href="{p.path}" rel="bookmark">{p.title}</a></strong> <small><abbr class="published" title="{p.iso}">{p.long}'
        f"</abbr></small></li>"
        for p in recent
    )
    see = "".join(f'<li><a href="{p.path}">{p.title}</a></li>' for p in related)
    body = f"""<div id="page"><div id="entete"><a rel="start home" href="/">La Gazette</a></div><div id="nav">{menu("{}")}</div><div id="conteneur"><div id="contenu">
      <div class="cartouche"><h1 class="titre entry-title">{own.title}</h1><p class="info-publi"><abbr class="published" title="{own.iso}">{own.long}</abbr>, par
      <span class="auteurs"><a href="/_ana_.html">Ana</a></span></p></div><div class="texte entry-content">{prose(seed)}</div>
      <a href="#forum" name="forum"></a></div><div id="navigation-articles"><div class="liste articles"><h2 class="h2">Dans la même rubrique</h2><ul>{see}</ul></div></div>
      <div id="extra"><div class="liste articles"><h2>Derniers articles</h2><ul class="liste-items">{more}</ul></div></div></div>{footer("La Gazette")}</div>"""
    return own, body, {"related": paths(related), "recent": paths(recent)}


def joomla(seed):
    own, *rest = posts(seed, 10, "/index.php/blog/{n}-{slug}")
    recent, popular = rest[:5], rest[5:9]
    newest = "".join(
        f'<li itemscope><a href="{p.path}" itemprop="url"><span itemprop="name">{p.title}</span></a></li>'
        for p in recent
    )
    most = "".join(
        f'<li itemscope><a href="{p.path}" itemprop="url"><span itemprop="name">{p.title}</span></a></li>'
        for p in popular
    )
    body = f"""<div class="site-grid"><header class="header">{menu()}</header><div class="container-component"><div class="com-content-article item-page">
      <div class="page-header"><h1>{own.title}</h1></div><dl class="article-info text-muted"><dt>Détails</dt><dd class="published"><time datetime="{own.iso}"
      itemprop="datePublished">Publication : {own.long}</time></dd><dd class="hits">Clics : 412</dd></dl><div class="com-content-article__body">{prose(seed)}</div>
      <nav class="pagenavigation"><a href="{rest[0].path}" rel="prev">Précédent</a></nav></div></div><div class="container-sidebar-right">
      <div class="sidebar-right card"><h3 class="card-header">Articles les plus récents</h3><div class="card-body"><ul class="mod-articleslatest latestnews">{newest}</ul></div></div>
      <div class="sidebar-right card"><h3 class="card-header">Les plus consultés</h3><div class="card-body"><ul class="mod-articlespopular mostread">{most}</ul></div></div>
      </div>{footer("Club nautique")}</div>"""
    return own, body, {"recent": paths(recent), "popular": paths(popular)}


def dotclear(seed):
    own, *rest = posts(seed, 7, "/index.php?post/{y}/{m}/{d}/{slug}")
    recent = rest[:5]
    rows = "".join(f'<li><a href="{p.path}">{p.title}</a></li>' for p in recent)
    body = f"""<div id="page"><div id="top"><h1><span><a href="/">Fil de l'eau</a></span></h1></div><div id="main"><div id="content"><div class="post">
      <h2 class="post-title">{own.title}</h2><p class="post-info">Par Ana le {own.long}, 10:12 - <a href="/index.php?category/Port">Port</a></p>
      <div class="post-content">{prose(seed)}</div></div><div id="comments" class="post-feedback"><h3>Commentaires</h3><dl><dt><a href="#c12">1.</a> Le 24 avril 2024,
      par Yann</dt><dd><p>Très beau texte, merci à vous pour ce moment.</p></dd></dl></div></div></div><div id="sidebar"><div id="blognav">
      <div class="widget lastposts"><h2>Derniers billets</h2><ul>{rows}</ul></div><div class="widget categories">{categories(path="/index.php?category/{}")}</div>
      <div class="widget tags"><h2>Mots-clés</h2>{tags("<ul><li>{}</li></ul>", "/index.php?tag/{}")}</div></div></div>{footer("Fil de l'eau")}</div>"""
    return own, body, {"recent": paths(recent)}


def blogger(seed):
    own, *rest = posts(seed, 9, "/{y}/{m}/{slug}.html")
    popular, recent = rest[:3], rest[3:8]
    most = "".join(
        f'<div class="post-item"><article class="post"><h3 class="item-title"><a href="{p.path}">{p.title}</a></h3><div class="item-snippet">{p.excerpt}</div>'
        f"</article></div>"
        for p in popular
    )
    old = "".join(f'<li><a href="{p.path}">{p.title}</a></li>' for p in recent)
    body = f"""<div class="content"><div class="header section" id="header"><a href="/">Carnet de Lise</a></div><div class="main section" id="main"><div class="widget Blog">
      <div class="date-outer"><h2 class="date-header"><span>{own.long}</span></h2><div class="post hentry"><h3 class="post-title entry-title">{own.title}</h3>
      <div class="post-body entry-content">{prose(seed)}</div><div class="post-footer"><span class="post-author vcard">Publié par Lise</span> <a class="timestamp-link"
      href="{own.path}" rel="bookmark"><abbr class="published" title="{own.iso}">08:00</abbr></a> <span class="post-labels">Libellés : <a href="/search/label/port"
      rel="tag">port</a></span></div></div></div></div></div><div class="sidebar section"><div class="widget PopularPosts"><h2 class="title">Messages les plus consultés</h2>
      <div class="widget-content">{most}</div></div><div class="widget HTML"><h2 class="title">Messages récents</h2><div class="widget-content"><ul>{old}</ul></div></div>
      <div class="widget BlogArchive"><h2>Archives du blog</h2><ul class="hierarchy"><li><a href="/2024/">2024</a></li><li><a href="/2023/">2023</a></li></ul></div></div></div>"""
    return own, body, {"popular": paths(popular), "recent": paths(recent)}


# ── newspapers ───────────────────────────────────────────────────────────────────────────────────
def newspaper_article(seed):
    own, *rest = posts(seed, 16, "/culture/{slug}_{n}.html")
    related, recent, popular = rest[:3], rest[3:9], rest[9:14]
    see = "".join(
        f'<a class="card card--small" href="{p.path}"><span class="card__label">Culture</span><span class="card__title">{p.title}</span></a>'
        for p in related
    )
    wire = "".join(
        f'<li class="live__item"><span class="live__time">1{n}:2{n}</span><a href="{p.path}">{p.title}</a></li>'
        for n, p in enumerate(recent)
    )
    most = "".join(
        f'<li><span class="rank">{n}</span><a href="{p.path}">{p.title}</a></li>'
        for n, p in enumerate(popular, start=1)
    )
    body = f"""<div class="topbar"><span class="today">vendredi 26 avril 2024</span><a href="/abonnement/">S'abonner</a></div>{menu('<nav class="navbar">{}</nav>')}
      <main><article class="article"><ol class="ariane"><li><a href="/">Accueil</a></li><li><a href="/culture/">Culture</a></li></ol><h1 class="article__title">{own.title}</h1>
      <p class="article__chapo">{own.excerpt}</p><p class="article__meta">Par <a href="/signataires/ana/">Ana Roux</a>. Publié le {own.long} à 08h12, mis à jour le {own.long} à 19h40</p>
      {share()}<div class="article__body">{prose(seed, 3)}<aside class="lire-aussi"><h3>Lire aussi</h3>{see}</aside>{prose(seed + 1, 3)}</div></article>
      <section class="live"><h2 class="section__title">En continu</h2><ul class="live__list">{wire}</ul></section>
      <section class="most"><h2 class="section__title">Les plus lus</h2><ol>{most}</ol></section></main>{footer("Le Courrier des Îles")}"""
    return own, body, {"related": paths(related), "recent": paths(recent), "popular": paths(popular)}


def newspaper_section(seed):
    main, popular = (
        posts(seed, 10, "/environnement/article/{y}/{m}/{d}/{slug}_{n}.html"),
        posts(seed + 2, 5, "/pixels/{slug}_{n}.html"),
    )
    cards = "".join(
        f'<section class="teaser teaser--inline-picture"><a class="teaser__link" href="{p.path}"><picture><img src="/i/{p.number}.jpg" width="300"></picture>'
        f'<h3 class="teaser__title">{p.title}</h3><p class="teaser__desc">{p.excerpt}</p></a><p class="meta__publisher"><span class="meta__date">Publié le {p.long}'
        f' à 11h30</span> <span class="meta__reading-time">3 min</span></p></section>'
        for p in main
    )
    most = "".join(f'<li class="article-list__item"><a href="{p.path}">{p.title}</a></li>' for p in popular)
    body = f"""{menu('<nav id="nav-markup">{}</nav>')}<main><h1>Environnement</h1><section id="river" class="river">{cards}</section><section class="pagination">
      <a href="?page=2">2</a><a href="?page=3">3</a></section></main><aside><div class="rank"><h4>Articles les plus lus</h4><ul>{most}</ul></div></aside>{footer("Le Courrier")}"""
    return None, body, {"main": paths(main), "popular": paths(popular)}


THEMES = {
    wordpress_classic: 3, wordpress_block: 3, wordpress_home: 2, wordpress_builder: 2, ghost_post: 2, ghost_home: 1, hugo_post: 2,
    hugo_list: 1, drupal: 2, typo3: 2, spip: 2, joomla: 1, dotclear: 1, blogger: 2, newspaper_article: 2, newspaper_section: 2,
}  # fmt: skip


def corpus() -> Iterator[Gold]:
    """Build the thirty pages; each number of a theme has other articles, other lengths, and another day."""
    for theme, number in THEMES.items():
        for turn in range(number):
            seed = turn + len(theme.__name__) % 5
            own, body, lists = theme(seed)
            title = f"{own.title} – Le site" if own else "Le site"
            url = f"https://site-{seed}.example{own.path if own else '/'}"
            yield Gold(f"{theme.__name__}-{turn}", url, page(title, body), lists)
