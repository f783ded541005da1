"""What stands around articles on every site and is never a list of them: menus, tags, archives, comments, share links."""

SECTIONS = ("Accueil", "Actualités", "Culture", "Environnement", "Vie locale", "Contact")
TAGS = ("port", "patrimoine", "jardin", "mobilités", "associations", "lecture", "météo")


def menu(wrap='<nav class="main-navigation" aria-label="Menu principal">{}</nav>', item="menu-item"):
    rows = "".join(f'<li class="{item}"><a href="/rubrique/{n}/">{name}</a></li>' for n, name in enumerate(SECTIONS))
    return wrap.format(f'<ul class="menu">{rows}</ul>')


def tags(wrap='<div class="tagcloud">{}</div>', path="/tag/{}/"):
    return wrap.format(" ".join(f'<a href="{path.format(name)}" rel="tag">{name}</a>' for name in TAGS))


def archives(wrap="<h2>Archives</h2><ul>{}</ul>", path="/2023/{:02}/"):
    months = ("mars", "février", "janvier", "décembre", "novembre")
    return wrap.format(
        "".join(f'<li><a href="{path.format(n)}">{name} 2023</a> (1{n})</li>' for n, name in enumerate(months, start=1))
    )


def categories(wrap="<h2>Catégories</h2><ul>{}</ul>", path="/category/{}/"):
    return wrap.format("".join(f'<li><a href="{path.format(name)}">Tout sur {name}</a> (4)</li>' for name in TAGS[:5]))


def share(wrap='<div class="share-links">{}</div>'):
    hosts = ("www.facebook.com/sharer.php", "twitter.com/intent/tweet", "www.linkedin.com/shareArticle")
    return wrap.format("".join(f'<a href="https://{host}?u=x" rel="nofollow">Partager</a>' for host in hosts))


def comments(post, wrap='<ol class="comment-list">{}</ol>', heading="<h2>3 commentaires</h2>"):
    names = ("Maud", "Yann", "Lucie")
    rows = "".join(
        f'<li class="comment"><cite>{name}</cite> <a href="{post.path}#comment-{n}"><time datetime="2024-04-2{n}">'
        f"2{n} avril 2024 à 1{n}:05</time></a><p>Merci pour cet article, je l'ai lu deux fois et je le relirai.</p>"
        f'<a class="comment-reply-link" href="{post.path}?replytocom={n}#respond">Répondre</a></li>'
        for n, name in enumerate(names, start=1)
    )
    return f'<section id="comments" class="comments-area">{heading}{wrap.format(rows)}</section>'


def recent_comments(post):
    rows = "".join(
        f'<li>{name} dans <a href="{post.path}#comment-{n}">{post.title}</a></li>'
        for n, name in enumerate(("Maud", "Yann"))
    )
    return f'<section class="widget widget_recent_comments"><h2>Commentaires récents</h2><ul>{rows}</ul></section>'


def footer(name):
    return f"""<footer class="site-footer"><div class="footer-links"><a href="/mentions-legales/">Mentions légales</a>
        <a href="/confidentialite/">Politique de confidentialité</a> <a href="/plan-du-site/">Plan du site</a></div>
        <p>© 2024 {name}. Tous droits réservés.</p></footer>"""


def page(title, body, *, head="", classes="", lang="fr-FR"):
    return f"""<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>
        <body class="{classes}">{body}</body></html>"""
