"""What the render tests share: templates, golden files, and a browser to look with."""

import json
import os
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from digest.render.templates import load_templates

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def templates():
    return load_templates()


@pytest.fixture(scope="session")
def golden():
    """Return a function that compares bytes with a golden file; DIGEST_REGENERATE=1 writes it anew."""

    def compare(name, data):
        path = GOLDEN / name
        if os.environ.get("DIGEST_REGENERATE") == "1":
            path.write_bytes(data)
        assert data == path.read_bytes(), f"{name} changed; if that is meant, run again with DIGEST_REGENERATE=1"

    return compare


@pytest.fixture(scope="session")
def look(require_tool, tmp_path_factory):
    """Return a function: show HTML in a browser at a width and a colour scheme, and answer what `script` returns.

    The script runs as the body of a function of `page`, the window that shows the HTML.
    """
    chromium = require_tool("chromium")
    folder = tmp_path_factory.mktemp("look")

    def show(html, script, *, width=700, dark=False):
        frame = json.dumps(html).replace("</", "<\\/")
        (folder / "look.html").write_text(
            f"""<!DOCTYPE html><meta charset="utf-8"><iframe id="f" style="width:{width}px;height:900px;border:0"></iframe>
            <pre id="out"></pre><script>
            const frame = document.getElementById("f");
            frame.onload = () => {{
              const page = frame.contentWindow;
              const found = (() => {{ {script} }})();
              document.getElementById("out").textContent = encodeURIComponent(JSON.stringify(found));
            }};
            frame.srcdoc = {frame};
            </script>"""
        )
        answer = subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--virtual-time-budget=3000",
                f"--user-data-dir={folder / 'profile'}",
                f"--blink-settings=preferredColorScheme={0 if dark else 1}",
                "--dump-dom",
                (folder / "look.html").as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return json.loads(unquote(answer.stdout.split('<pre id="out">')[1].split("</pre>")[0]))

    return show
