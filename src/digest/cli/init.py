"""`digest init`: a new site that runs as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

import digest
from digest.cli.site import debug_option
from digest.errors import UsageError

README = """\
# Your digest

    digest run --now     one whole cycle with what is there
    digest status        how everything stands
    digest daemon        run for ever: everything at its hour

`config.toml` says what is collected, when an edition is made and who gets it; `digest config check` finds mistakes.
The sources in `examples/` are there to look at: put your own in their place, then delete the folder.

Published files appear in `feeds/` (let a web server show that folder), each edition's mail in `outbox/`. The ledger
is `digest.db`: back it up with `sqlite3 digest.db ".backup copy.db"`, which is safe while a daemon runs.

A file in `templates/` wins over the built-in one of the same name. To change one block and keep the rest, begin it with
`{% extends "digest/email/digest.html" %}`; `digest preview PUBLICATION --serve` shows what you do as you do it.
"""


@click.command()
@debug_option
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Make a new site in a folder.

    It gets a configuration that runs as it is, examples, and a place for templates of your own.
    """
    config, examples = _shipped()
    if (folder / "config.toml").exists():
        raise UsageError(f"There is a site in {folder} already. Choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "templates").mkdir(exist_ok=True)
        shutil.copytree(examples, folder / "examples", dirs_exist_ok=True, ignore=shutil.ignore_patterns("config.toml"))
        (folder / "README.md").write_text(README, encoding="utf-8")
        shutil.copyfile(config, folder / "config.toml")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}. Choose another folder.") from None
    click.echo(f"✓ {folder} is a site. Next: cd {folder} && digest run --now")


def _shipped() -> tuple[Path, Path]:
    """Find the configuration and examples that come with the package, or stand in the checkout it runs from."""
    packed = Path(digest.__file__).parent / "examples"
    if packed.is_dir():
        return packed / "config.toml", packed
    root = Path(digest.__file__).parents[2]
    return root / "config.toml", root / "examples"
