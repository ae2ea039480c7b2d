"""The documentation as a site, looked at in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from house.source_tree import ROOT

SITE = Path(ROOT) / "dist/site"
_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
_TYPED = """<!doctype html><iframe id="page" width="1440" height="900"></iframe><ol id="found"></ol><img src="/wait">
<script>
const frame = document.getElementById("page"), word = new URLSearchParams(location.search).get("word");
frame.addEventListener("load", () => {
  const page = frame.contentDocument, box = page.querySelector(".md-search__input");
  box.focus();
  box.value = word;
  box.dispatchEvent(new Event("input", {bubbles: true}));
  box.dispatchEvent(new Event("keyup", {bubbles: true}));
  const looking = setInterval(() => {
    const found = [...page.querySelectorAll(".md-search-result__item a")].slice(0, 5);
    for (const one of found) {
      const row = document.createElement("li");
      row.textContent = one.getAttribute("href");
      document.getElementById("found").append(row);
    }
    if (found.length) {
      clearInterval(looking);
      fetch("/done");
    }
  }, 500);
}, {once: true});
frame.src = "site/index.html";
</script>
"""
"""A page that types a word into the search box of the site, and shows where the first answers lead."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the site, built with what is there; it is skipped where its generator cannot be had."""
    built = subprocess.run([os.path.join(ROOT, ".ci/site")], capture_output=True, text=True, check=False)
    if "No matching distribution" in built.stderr or "Could not" in built.stderr:
        pytest.skip("the generator of requirements/site.txt cannot be fetched here")
    assert built.returncode == 0, built.stderr
    with _served(tmp_path_factory.mktemp("served")) as address:
        yield f"{address}/site"


@contextmanager
def _served(top):
    """The site, and beside it the page that types."""
    (top / "site").symlink_to(SITE)
    (top / "typed.html").write_text(_TYPED)
    with subprocess.Popen(
        [sys.executable, Path(ROOT) / "tests/lib/site_server.py", top],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as run:
        try:
            yield f"http://127.0.0.1:{int(run.stdout.readline())}"
        finally:
            run.terminate()


def shown(address, path, tmp_path, *more):
    """The page at PATH of ADDRESS as a browser has it after its scripts."""
    browser = shutil.which("chromium")
    if not browser:
        pytest.skip("no chromium: `apt-get install chromium`")
    command = [browser, *_QUIET, f"--user-data-dir={tmp_path}/profile", *more, "--dump-dom", f"{address}/{path}"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.installs
def test_every_page_is_in_the_site_and_none_asks_another_host_for_anything(site):
    """The same pages, links checked (the build fails at one that leads nowhere); nothing from a CDN."""
    for name in ("index.html", "guides/ftp/index.html", "first-aid/index.html", "reference/problems/index.html"):
        text = urllib.request.urlopen(f"{site}/{name}").read().decode()
        assert "<h1" in text
        asked = [part.split('"')[0] for part in text.split('src="')[1:]]
        assert not [one for one in asked if one.startswith(("http:", "https:", "//"))]


@pytest.mark.installs
def test_what_somebody_sees_is_in_the_index_that_the_search_box_asks(site):
    """Searchable by what is wrong."""
    found = json.loads(urllib.request.urlopen(f"{site}/search/search_index.json").read())["docs"]
    assert any(one["title"] == "Uploads are gone" and one["location"].startswith("guides/symptoms/") for one in found)


@pytest.mark.installs
@pytest.mark.parametrize("width", [390, 1440])
def test_a_browser_shows_a_guide_with_its_commands_and_a_search_box(site, tmp_path, width):
    """Looked at in a real browser, at the width of a phone and of a desk."""
    page = shown(site, "guides/ftp/", tmp_path, f"--window-size={width},900")
    for part in ("Adopt it", "md-search__input", "holdfast"):
        assert part in page


@pytest.mark.installs
@pytest.mark.parametrize(
    ("word", "page"),
    [("uploads are gone", "symptoms"), ("permission denied", "symptoms"), ("capistrano", "capistrano")],
)
def test_who_types_what_is_wrong_into_the_search_box_finds_the_page(site, tmp_path, word, page):
    """A person who looks for help types the symptom, and not the name of a command."""
    text = shown(site.removesuffix("/site"), f"typed.html?word={quote(word)}", tmp_path)
    found = re.findall(r"<li>(.*?)</li>", text)
    assert any(f"/{page}/" in one for one in found), found
