"""Which templates speak. A site's own file wins over ours; ours can be reached as `digest/…` to be extended.

    {% extends "digest/email/digest.html" %}{% block footer %}…{% endblock %}

Templates are run in a sandbox, HTML is escaped unless it has passed the sanitiser, a missing name is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

import digest
from digest.errors import PublishError
from digest.render.wrapping import tied, wrap


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of a site, each compiled when first used."""

    environment: ImmutableSandboxedEnvironment

    def render(self, name: str, context: dict[str, Any]) -> str:
        """Fill in the template `name`, e.g. `email/digest.html`.

        Raises `PublishError` if a site's own template is wrong.
        """
        try:
            return self.environment.get_template(name).render(context)
        except TemplateError as error:
            place = f"{getattr(error, 'filename', None) or name}"
            line = getattr(error, "lineno", None)
            told = f"The template {place}{f', line {line},' if line else ''} is wrong: {error}. Mend it and run again."
            raise PublishError(told) from error


@cache
def built_in_folder() -> Path:
    """Answer where our own templates lie: in the package, or in the checkout it is run from."""
    package = Path(digest.__file__).resolve().parent
    packed = package / "templates"
    return packed if packed.is_dir() else package.parents[1] / "templates"


def load_templates(folder: Path | None = None) -> Templates:
    """Open our templates, and over them those in a site's `folder`. To see changed files, load again."""
    ours = FileSystemLoader(built_in_folder())
    own = [] if folder is None else [FileSystemLoader(folder)]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*own, ours, PrefixLoader({"digest": ours})]),
        autoescape=lambda name: name is None or name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"wrap": wrap, "tied": tied}
    return Templates(environment)
