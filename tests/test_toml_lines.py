import pytest

from digest.toml_lines import line_of, lines_of

TEXT = '''# a comment with """ in it
[site]
title = "a [b] # c"   # d """
note = """
[not.a.table]
title = 1
"""
url = 'x'

[[source]]
name = "one"
topics = [
  "a", # ]
  "b",
]
url = "y"
[[source]]
"name" = "two"
[publication.inner] # e
a.b.c = 1
fetch = { timeout = "1 s", allow = [
  "x",
] }
last = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [(("site",), 2), (("site", "title"), 3), (("site", "note"), 4), (("site", "url"), 8), (("source", 0), 10),
     (("source", 0, "name"), 11), (("source", 0, "topics"), 12), (("source", 0, "url"), 16), (("source", 1), 17),
     (("source", 1, "name"), 18), (("publication", "inner"), 19), (("publication", "inner", "a", "b", "c"), 20),
     (("publication", "inner", "a"), 20), (("publication", "inner", "last"), 24)],
)  # fmt: skip
def test_each_key_has_its_line(path, line):
    assert lines_of(TEXT)[path] == line


def test_what_stands_inside_a_value_is_told_by_the_line_of_the_value():
    places = lines_of(TEXT)
    assert line_of(places, ("publication", "inner", "fetch", "timeout")) == 21
    assert line_of(places, ("source", 0, "topics", 1)) == 12
    assert line_of(places, ("source", 1, "missing")) == 17


def test_what_does_not_stand_there_has_no_line():
    places = lines_of(TEXT)
    assert line_of(places, ("database", "url")) is None
    assert ("not", "a", "table") not in places


def test_a_line_ends_where_toml_says_so():
    assert lines_of('a = "x\u2028y\x85z"\nb = 1')[("b",)] == 2


@pytest.mark.parametrize("value", ['"""a "quoted" word"""', "'''it''' # '''", '"\\""', '"[" # [', "'[['", '"a" # """'])
def test_no_value_hides_the_next_line(value):
    assert lines_of(f"a = {value}\nb = 1")[("b",)] == 2


@pytest.mark.parametrize("text", ["", "\n", "[", "= 1", '"""', "[[]]", "a = [\n", "\0"])
def test_a_text_that_is_no_toml_does_no_harm(text):
    assert isinstance(lines_of(text), dict)
