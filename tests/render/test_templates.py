import pytest

from digest.errors import PublishError
from digest.render.email import edition_mail
from digest.render.templates import built_in_folder, load_templates
from render.newsroom import edition


def site(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return load_templates(folder)


def test_the_built_in_templates_are_found():
    assert (built_in_folder() / "email" / "digest.html").is_file()


def test_a_site_can_replace_one_block_and_keep_the_rest(tmp_path):
    own = '{% extends "digest/email/digest.html" %}{% block footer %}<tr><td>Our own foot</td></tr>{% endblock %}'
    html = edition_mail(edition(), site(tmp_path, "email/digest.html", own)).html
    assert "Our own foot" in html
    assert "4 Quay Street" not in html
    assert "The lighthouse at Gull Point" in html


def test_a_site_can_replace_what_our_templates_extend(tmp_path):
    own = '{% extends "digest/web/page.html" %}{% block style %}<style>p { margin: 0 }</style>{% endblock %}'
    templates = site(tmp_path, "web/page.html", own)
    context = {"language": "en", "dir": "ltr"}
    assert "<style>p { margin: 0 }</style>" in templates.render("web/page.html", context)


def test_html_is_escaped_and_plain_text_is_not(tmp_path):
    site(tmp_path, "a.html", "{{ x }}")
    templates = site(tmp_path, "a.txt", "{{ x }}")
    assert templates.render("a.html", {"x": "<&>"}) == "&lt;&amp;&gt;"
    assert templates.render("a.txt", {"x": "<&>"}) == "<&>"


def test_a_missing_name_is_an_error(tmp_path):
    with pytest.raises(PublishError, match="nothing"):
        site(tmp_path, "a.html", "{{ nothing }}").render("a.html", {})


def test_a_template_cannot_reach_python(tmp_path):
    with pytest.raises(PublishError, match="unsafe"):
        site(tmp_path, "a.html", "{{ x.__class__.__mro__ }}").render("a.html", {"x": "s"})
