"""`digest`: the list of commands, each imported only when it is asked for, and the way every error ends.

An expected error is one sentence with its fix on stderr and an exit code; a traceback is shown with --debug.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from digest import __version__
from digest.errors import DigestError

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init:init", "Make a new site in a folder."),
    "run": ("work:run", "Do one whole cycle: collect, compose, publish, deliver."),
    "daemon": ("work:daemon", "Run for ever: collect, compose, publish and deliver, everything at its hour."),
    "collect": ("work:collect", "Look at sources now, all of them or those named, and keep what is new."),
    "feeds": ("work:feeds", "Write feeds and pages again, where they changed."),
    "compose": ("work:compose", "Make the edition of a publication that is due, and write it to disk."),
    "send": ("work:send", "Deliver what is due of one edition."),
    "inspect": ("look:inspect", "Show what would be collected from a URL, file or folder, and by which route."),
    "preview": ("look:preview", "Show the next edition of a publication as HTML, text and .eml."),
    "explain": ("look:explain", "Tell why: a source, an entry, an edition or an address."),
    "status": ("look:status", "Tell how everything stands: sources, editions, deliveries, and what is due next."),
    "sources": ("sources:sources", "List, add, remove, pause and resume sources."),
    "editions": ("editions:editions", "List, show, approve, skip and resend editions."),
    "deliveries": ("editions:deliveries", "List who got an edition, who did not, and why."),
    "config": ("settings:config", "Show and check the configuration."),
    "db": ("settings:db", "Look after the ledger."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands in the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(f"digest.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands without importing any: help is quick."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or name the one that was probably meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if near:
                raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from None
            raise


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="digest %(version)s")
def cli() -> None:
    """The sites you follow, as feeds and as a newsletter people like to open.

    Each command has its own --help. The configuration is ./config.toml unless --config says otherwise.
    """


def main(argv: list[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    debug = "--debug" in arguments
    try:
        result: Any = cli.main(args=arguments, prog_name="digest", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.Abort:
        _complain("Stopped.")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except DigestError as error:
        if debug:
            raise
        _complain(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if debug:
            raise
        _complain(f"This is a bug in digest: {type(error).__name__}: {error}. Run it with --debug and report that.")
        sys.exit(1)


def _complain(message: str) -> None:
    click.echo(f"digest: {message}" if "\n" not in message else message, err=True)
