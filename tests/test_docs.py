"""What the documents say is true: commands exist, links lead somewhere, no word of a machine or a registry."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS += sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_a_document_exists(document):
    from digest.cli.main import COMMANDS, cli

    for command, option in re.findall(
        r"\bdigest ([a-z]+)\b[^`\n|·]*?(--[a-z-]+)?", document.read_text(encoding="utf-8")
    ):
        if command in COMMANDS and option:
            names = {name for parameter in cli.get_command(None, command).params for name in parameter.opts}
            assert option in names, f"digest {command} {option}"
    block = "\n".join(re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL))
    for command in re.findall(r"^digest ([a-z]+)", block, re.MULTILINE):
        assert command in COMMANDS, f"digest {command}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_local_link_leads_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        if not target.startswith(("http:", "https:")):
            assert (document.parent / target).exists(), target


def test_the_readme_names_every_command_group_of_the_program():
    from digest.cli.main import COMMANDS

    told = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", told)] == []


def test_the_makefile_has_the_targets_that_the_documents_name():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    for target in set(re.findall(r"`make ([a-z]+)`", told)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
