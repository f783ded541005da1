import socket

from digest.render.inline import inline

PAGE = """<!DOCTYPE html><html><head><style>.a { color: #111111; background-color: #eee; }</style>
<style data-premailer="ignore">@media (prefers-color-scheme: dark) { .a { color: rgb(255 255 255 / 80%) !important } }</style>
<link rel="stylesheet" href="http://127.0.0.1:9/x.css"></head><body><p class="a">x</p></body></html>"""


def test_rules_become_attributes_and_what_is_kept_is_kept_byte_for_byte():
    html = inline(PAGE)
    assert '<p class="a" style="color:#111; background-color:#eee" bgcolor="#eeeeee">' in html
    assert "{ .a { color: rgb(255 255 255 / 80%) !important } }</style>" in html
    assert "data-premailer" not in html


def test_an_important_rule_stays_important():
    assert "color:red !important" in inline(
        "<html><head><style>p { color: red !important }</style></head><body><p>x</p></body></html>"
    )


def test_nothing_is_fetched(monkeypatch):
    def refuse(*_):
        raise AssertionError("inlining asked the network")

    monkeypatch.setattr(socket, "socket", refuse)
    assert inline(PAGE)


def test_css_that_cannot_be_parsed_is_silent(capfd, caplog):
    inline("<html><head><style>p { color: rgb(0 0 0 / 80%); zoom: }</style></head><body><p>x</p></body></html>")
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
