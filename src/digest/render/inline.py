"""CSS moves from rules into attributes, once per edition, since many mail programs read nothing else.

What cannot be inlined (dark colours, narrow screens) stands in `<style data-premailer="ignore">`, which passes
byte for byte; no rule of ours loses its `!important`, nothing is fetched.
"""

from __future__ import annotations

import logging
import threading

_ONE_AT_A_TIME = threading.Lock()  # cssutils, below premailer, keeps its parser's state in a module


def inline(html: str) -> str:
    """Answer `html` with its style rules as attributes of the elements they match."""
    from premailer import Premailer

    with _ONE_AT_A_TIME:
        return str(
            Premailer(
                html,
                strip_important=False,
                allow_network=False,
                allow_loading_external_files=False,
                disable_validation=True,
                disable_leftover_css=True,
                align_floating_images=False,
                cssutils_logging_level=logging.CRITICAL,
            ).transform(pretty_print=False)
        )
