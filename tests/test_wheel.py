"""The wheel is whole: installed into an empty environment, it makes a new site and runs it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_makes_and_runs_a_site_in_an_empty_environment(tmp_path):
    def run(*command, cwd=tmp_path):
        done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "empty")
    pip = [tmp_path / "empty/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--require-hashes", "-r", ROOT / "requirements.txt")
    run(*pip, "--no-deps", wheel)
    digest = tmp_path / "empty/bin/digest"
    run(digest, "init", tmp_path / "site")
    told = run(digest, "run", "--now", cwd=tmp_path / "site")
    assert "morning/1" in told
    assert (tmp_path / "site/feeds/morning/rss.xml").is_file()
    assert (tmp_path / "site/outbox/morning/1/digest.html").is_file()
    version = run(tmp_path / "empty/bin/python", "-c", "import digest; print(digest.__file__)")
    assert str(ROOT) not in version
