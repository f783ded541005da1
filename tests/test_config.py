import re
import tomllib
from pathlib import Path

import pytest

from digest.config import Section, Settings, load
from digest.errors import ConfigError
from digest.model import Kind

ROOT = Path(__file__).resolve().parent.parent
SITE = '[site]\ntitle = "S"\nurl = "https://s.example"\n'
RELAY = '[[relay]]\nhost = "h"\nfrom = "a@b.example"\n'
SECRET = "hunter2-secret"


@pytest.fixture
def write(tmp_path):
    def put(text: str | bytes) -> Path:
        path = tmp_path / "config.toml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return put


def problems(file: Path, environ=None) -> list[str]:
    with pytest.raises(ConfigError) as wrong:
        load(file, environ or {})
    assert wrong.value.exit_code == 2
    return [str(problem).removeprefix(str(file)) for problem in wrong.value.problems]


# ── what holds ──
def test_the_example_in_the_repository_loads():
    settings = load(ROOT / "config.toml", {}).settings
    assert [publication.slug for publication in settings.publication] == ["morning", "gazette"]
    assert settings.source[2].kind is Kind.FOLDER


def test_every_commented_example_is_a_key_that_exists():
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    section, commented = "", []
    for line in text.splitlines():
        if header := re.match(r"(?:# )?\[+(\w+)\]+", line):
            section = header[1]
        elif key := re.match(r"# (\w+) = ", line):
            commented.append((section, key[1]))
    assert len(commented) > 10
    properties = Settings.model_json_schema(by_alias=True)["$defs"]
    known = {
        "site": "SiteSettings", "source": "SourceSettings", "publication": "PublicationSettings", "relay": "RelaySettings",
        "database": "DatabaseSettings", "paths": "PathSettings", "fetch": "FetchSettings",
    }  # fmt: skip
    for name, key in commented:
        assert key in properties[known[name]]["properties"], (name, key)


def test_a_site_alone_is_enough_and_the_rest_has_its_defaults(write):
    settings = load(write(SITE), {}).settings
    assert settings.site.url == "https://s.example/"
    assert (settings.fetch.timeout, settings.fetch.max_bytes) == (20, 15_000_000)
    assert settings.source == settings.publication == settings.relay == ()


def sections(model=Settings):
    found = {model}
    for field in model.model_fields.values():
        for kind in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(kind, type) and issubclass(kind, Section):
                found |= sections(kind)
    return found


@pytest.mark.parametrize("section", sorted(sections() - {Settings}, key=lambda section: section.__name__))
def test_every_key_says_what_it_means(section):
    assert section.__doc__
    for name, field in section.model_fields.items():
        assert field.description, f"{section.__name__}.{name} has no description"
        assert field.description.endswith("."), name


def test_settings_are_frozen(write):
    with pytest.raises(ValueError, match="frozen"):
        load(write(SITE), {}).settings.site.title = "x"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 s", 90),
        ("5 min", 300),
        ("30 minutes", 1800),
        ("1 hour", 3600),
        ("2h", 7200),
        ("1 day", 86400),
        ("365 days", 31_536_000),
    ],
)
def test_durations_are_read(write, text, seconds):
    assert load(write(SITE + f'[fetch]\ntimeout = "{text}"\n'), {}).settings.fetch.timeout == seconds


# ── what does not ──
def test_ten_mistakes_are_ten_messages(write):
    file = write("""\
[site]
title = "S"
url = "s.example"
timezone = "Europe/Pari"
[fetch]
timeuot = "20 s"
max_bytes = "lots"
[[source]]
name = "A"
url = "https://a.example/"
weight = 99
[[source]]
name = "A"
url = "htps://b.example/"
[[publication]]
slug = "Not A Slug"
title = "P"
schedule = "every blue moon"
sources = ["B"]
""")
    said = problems(file)
    assert len(said) == 10
    expected = [
        (3, "site.url", "not a web address"), (4, "site.timezone", 'Did you mean "Europe/Paris"?'), (6, "fetch.timeuot", 'Did you mean "timeout"?'),
        (7, "fetch.max_bytes", "integer"), (11, "source[0].weight", "less than or equal to 10"), (13, "source[1].name", '"A" is used twice'),
        (14, "source[1].url", "neither a web address"), (16, "publication[0].slug", "small letters"), (18, "publication[0].schedule", ""),
        (19, "publication[0].sources", 'there is no source "B".'),
    ]  # fmt: skip
    for message, (line, key, words) in zip(said, expected, strict=True):
        assert message.startswith(f":{line}: {key}: ")
        assert words in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sight]\n", ':4: sight: there is no such key. Did you mean "site"?'),
        ("colour = 1\n", ":4: site.colour: there is no such key."),
        ('language = "english!"\n', ":4: site.language: "),
        ('url2 = "x"\n', ':4: site.url2: there is no such key. Did you mean "url"?'),
        ("owner = 5\n", ":4: site.owner: "),
        ("timezone = []\n", ":4: site.timezone: "),
        ('[fetch]\ntimeout = "5"\n', ':5: fetch.timeout: "5" is not a duration.'),
        ("[fetch]\ntimeout = 5\n", ":5: fetch.timeout: must be a text"),
        ('[fetch]\ntimeout = "0 s"\n', ":5: fetch.timeout: "),
        ('[fetch]\ntimeout = "9999999 days"\n', ":5: fetch.timeout: "),
        ('[fetch]\nallow_private = ["10.0.0.0/99"]\n', ':5: fetch.allow_private[0]: "10.0.0.0/99" is not a network.'),
        ('[fetch]\nallow_private = "10.0.0.0/8"\n', ":5: fetch.allow_private: must be a list."),
        ('[fetch]\nuser_agent = "a\\r\\nX: y"\n', ":5: fetch.user_agent: "),
        ('[source]\nname = "a"\n', ":4: source: must be a list of tables. Write [[source]]."),
        ("[[fetch]]\n", ":4: fetch: must be one table. Write [fetch]."),
        ('[[source]]\nname = "a"\n', ":4: source[0].url: is missing. Add it."),
        ('[[source]]\nname = "a"\nurl = "ftp://a.example/"\n', ":6: source[0].url: "),
        ('[[source]]\nname = "a"\nurl = "http://[::1"\n', ":6: source[0].url: "),
        ('[[source]]\nname = "a"\nurl = "x"\nkind = "fede"\n', ":7: source[0].kind: "),
        ('[[source]]\nname = "a"\nurl = "x"\nevery = "soon"\n', ":7: source[0].every: "),
        ('[[publication]]\nslug = "p"\ntitle = "P"\nschedule = "noon"\ntimezone = ["x"]\n', ":8: publication[0].timezone: "),
        ('[[publication]]\nslug = "p"\ntitle = "P"\nschedule = "every day at 07:00"\nsources = [["x"]]\n', ":8: publication[0].sources[0]: "),
        ('[[publication]]\nslug = "p"\ntitle = "P"\nschedule = "every day at 07:00"\ninclude = ["ok", "/[/"]\n', ":8: publication[0].include[1]: the pattern /[/ is not a regular expression"),
        ('[[publication]]\nslug = "p"\ntitle = "P"\nschedule = "every day at 07:00"\nmin_items = 0\n', ":8: publication[0].min_items: "),
        ('[[publication]]\nslug = "p"\ntitle = "P"\nschedule = "every day at 07:00"\nrecipients = ["a@b.example"]\n', ":8: publication[0].recipients: there is no relay"),
        (RELAY + RELAY, "there are several relays. Leave one"),
        ('[[relay]]\nhost = "h"\nfrom = "not an address"\n', ":6: relay[0].from: "),
        ('[[relay]]\nhost = "h"\nfrom = "a@b.example"\npassword_file = "none"\n', ":7: relay[0].password_file: it cannot be read: No such file or directory."),
        ("relay = 5\n", ":4: site.relay: there is no such key."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(write, text, said):
    found = problems(write(SITE + text))
    assert any(message.startswith(said) or said in message for message in found), found


@pytest.mark.parametrize(
    "url",
    [
        "s.example",
        "ftp://s.example/",
        "https://",
        "https://s.example/?q",
        "https://s.example/#f",
        "http://[",
        "https://s.example:99999/",
        "https://s example/",
        "https://s.example/\\n",
    ],
)
def test_a_site_needs_a_web_address(write, url):
    assert problems(write(f'[site]\ntitle = "S"\nurl = "{url}"\n'))[0].startswith(":3: site.url: ")


def test_inline_tables_and_dotted_keys_have_lines_too(write):
    said = problems(write('fetch = { timeout = "x" }\nsite.title = "S"\nsite.url = "x"\ndatabase.ulr = "y"\n'))
    assert [message.partition(" ")[0] for message in said] == [":1:", ":3:", ":4:"]
    assert problems(write('site.title = "S"\n'))[0].startswith(":1: site.url: is missing")


def test_a_syntax_error_has_its_line(write):
    assert problems(write(SITE + "[fetch\n"))[0].startswith(":4: TOML: ")
    assert problems(write(SITE + 'title = "again"\n'))[0].startswith(":4: TOML: ")


def test_a_file_that_cannot_be_read_says_so(write, tmp_path):
    assert "there is no such file" in problems(tmp_path / "none.toml")[0]
    assert "Is a directory" in problems(tmp_path)[0]
    assert problems(write(b'[site]\ntitle = "caf\xe9"\n'))[0].startswith(":2: config: it is not UTF-8.")


def test_a_file_from_another_system_is_read(write):
    assert load(write(b"\xef\xbb\xbf" + SITE.replace("\n", "\r\n").encode()), {}).settings.site.title == "S"


@pytest.mark.parametrize("section", [*Settings.model_fields])
@pytest.mark.parametrize("value", ["5", '"x"', "[]", "[5]", "[[]]", "{}", "[{}]", "1.5", "true", "2026-03-01"])
def test_no_value_in_place_of_a_section_is_a_bug(write, section, value):
    text = f"{section} = {value}\n" + ("" if section == "site" else SITE)
    environ = {f"DIGEST_{section.upper()}__URL": "https://s.example/", f"DIGEST_{section.upper()}__X": "y"}
    tomllib.loads(text)
    assert problems(write(text), environ)


# ── the environment ──
def test_the_environment_wins_and_is_named_as_the_origin(write):
    configuration = load(
        write(SITE), {"DIGEST_SITE__TITLE": "E", "DIGEST_FETCH__MAX_BYTES": "5000", "PATH": "x", "DIGEST_SHARED": "x"}
    )
    assert (configuration.settings.site.title, configuration.settings.fetch.max_bytes) == ("E", 5000)
    assert configuration.origins["site.title"] == "environment"
    assert configuration.origins["site.url"] == "config.toml:3"
    assert configuration.origins["fetch.timeout"] == "default"


def test_a_wrong_variable_is_blamed_and_not_the_file(write):
    said = problems(
        write(SITE + '[fetch]\ntimeout = "20 s"\n'),
        {"DIGEST_FETCH__TIMEOUT": "soon", "DIGEST_FETCH__TIMEOT": "1 s", "DIGEST_FECTH__TIMEOUT": "1 s"},
    )
    assert said == [
        'environment: DIGEST_FECTH__TIMEOUT: there is no such section. Did you mean "fetch"?',
        'environment: DIGEST_FETCH__TIMEOT: there is no such key. Did you mean "timeout"?',
        'environment: DIGEST_FETCH__TIMEOUT: "soon" is not a duration. Write for example "30 minutes", "2 hours" or "1 day".',
    ]


# ── secrets ──
def test_a_password_comes_from_the_environment_or_from_a_file_of_its_own(write, tmp_path):
    (tmp_path / "pass").write_text(f"{SECRET}\n")
    from_file = load(write(SITE + RELAY + 'password_file = "pass"\n'), {})
    assert from_file.settings.relay[0].secret == SECRET
    both = load(write(SITE + RELAY + 'password_file = "pass"\n'), {"DIGEST_RELAY__PASSWORD": "other"})
    assert both.settings.relay[0].secret == "other"
    assert load(write(SITE + RELAY), {}).settings.relay[0].secret is None


def test_a_password_is_never_shown(write):
    configuration = load(write(SITE + RELAY), {"DIGEST_RELAY__PASSWORD": SECRET})
    settings = configuration.settings
    for shown in (
        repr(configuration),
        str(settings),
        settings.model_dump_json(),
        repr(settings.relay[0].model_dump()),
        repr(configuration.origins),
    ):
        assert SECRET not in shown


def test_not_even_the_error_below_tells_a_value():
    with pytest.raises(ValueError, match="relay") as wrong:
        Settings.model_validate({"relay": [{"password": [SECRET], "port": SECRET, "pasword": SECRET}]})
    assert SECRET not in str(wrong.value)


@pytest.mark.parametrize(
    "text",
    [f'password = ["{SECRET}"]\n', f'password = {{ a = "{SECRET}" }}\n', f'password = "{SECRET}"\nport = 99999\n', f'password = "{SECRET}"\nport = "{SECRET}"\n',
     f'pasword = "{SECRET}"\n', f'password = "{SECRET}\n', f"password = {SECRET}\n", f'password = "{SECRET}" x\n'],
)  # fmt: skip
def test_no_mistake_about_a_password_tells_it(write, text):
    with pytest.raises(ConfigError) as wrong:
        load(write(SITE + RELAY + text), {})
    cause: BaseException | None = wrong.value
    assert SECRET not in repr(wrong.value.problems)
    while cause is not None:
        assert SECRET not in repr(cause)
        assert SECRET not in str(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
