"""The page of a report as a browser shows it: on a desk and on a phone, by day and by night."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.browser import CHROMIUM, look
from lib.precious import let_write
from lib.terminal import terminal
from lib.world import World

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: sudo apt-get install chromium")
HOSTILE = (
    "</script><script>document.title='owned'</script>.jpg",
    "<img src=x onerror=alert(1)>.jpg",
    "\"'><b>bold.jpg",
    "odd\udcff\n.jpg",
    "\u202egpj.exe",
    "long-" * 45 + ".jpg",
)

WIDE = "return [page.documentElement.scrollWidth, page.documentElement.clientWidth]"
OPENED = "for (const one of page.querySelectorAll('details')) one.open = true;"
CELLS = """
const boxes = [...page.querySelectorAll("#map .cell")].map((one) => one.getBoundingClientRect());
const map = page.getElementById("map").getBoundingClientRect();
const outside = boxes.filter((one) => one.left < map.left - 1 || one.right > map.right + 1
  || one.top < map.top - 1 || one.bottom > map.bottom + 1 || one.width <= 0 || one.height <= 0);
return {cells: boxes.length, outside: outside.length, height: map.height};
"""
PALE = """
const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
  .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
  .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
const canvas = page.createElement("canvas").getContext("2d", {willReadFrequently: true});
const colour = (text) => {
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const behind = (one) => {
  for (let here = one; here; here = here.parentElement) {
    const found = colour(view.getComputedStyle(here).backgroundColor);
    if (found[3] > 0) return found;
  }
  return [255, 255, 255, 255];
};
const words = [...page.querySelectorAll("body *")].filter((one) => one.checkVisibility()
  && [...one.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim()));
return words.map((one) => {
  const [a, b] = [light(colour(view.getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
  return [one.tagName + "." + one.className + " " + one.textContent.slice(0, 30), (a + 0.05) / (b + 0.05)];
}).filter(([, ratio]) => ratio < 4.5);
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of a site to which people upload what they like."""
    top = tmp_path_factory.mktemp("site")
    world = World(top / "world")
    world.ship()
    for name in HOSTILE:
        world.precious.write(f"public/uploads/{name}", text="x" * 4000)
    for number in range(300):
        world.precious.write(f"public/uploads/{number % 7}/{number}.jpg", text="x" * (100 + number * 31))
    world.precious.write("ads.txt")
    let_write(world.live / "public/index.php")
    (world.live / "public/index.php").write_text("<?php // edited on the server\n")
    world.ship({"public/index.php": "<?php // anew {version}\n", "app/<New>.php": "<?php\n"})
    world.rollback()
    with pytest.MonkeyPatch.context() as patch:
        typed = terminal(_Quiet(), patch, top / "here")
        typed("report", "--site", world.site, "-o", top / "report.html")
    return top / "report.html"


class _Quiet:
    """Stands for a capture, of which nothing is asked."""

    def readouterr(self):
        return type("Told", (), {"out": "", "err": ""})()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_the_screen_and_the_console_is_silent(page: Path, width, dark):
    """Long names, long commands, open details: a phone shows all of it without moving sideways."""
    (wide, screen), console = look(page, OPENED + WIDE, width=width, dark=dark)
    assert (wide, screen, console) == (width, width, [])


@pytest.mark.parametrize("width", [390, 1440])
def test_the_map_has_its_rectangles_and_each_lies_inside(page: Path, width):
    """Every part has one, and none is drawn outside of the map."""
    found, _ = look(page, CELLS, width=width)
    assert found["cells"] > 20
    assert (found["outside"], found["height"] > 300) == (0, True)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_word_stands_out_from_what_is_behind_it(page: Path, dark):
    """WCAG 2.2, 1.4.3: a contrast of 4.5 at least, by day and by night."""
    pale, _ = look(page, OPENED + PALE, dark=dark)
    assert pale == []


def test_a_click_looks_into_a_part_and_escape_comes_back(page: Path):
    """By pointer and by keys; the way back is named."""
    script = """
    const crumbs = () => [...page.querySelectorAll("#crumbs button")].map((one) => one.textContent);
    const cells = () => page.querySelectorAll("#map .cell").length;
    const steps = [[crumbs(), cells()]];
    page.querySelector("#map button.cell").click(); steps.push([crumbs(), cells()]);
    page.querySelector("#by button[data-by=files]").click(); steps.push([crumbs(), cells()]);
    page.dispatchEvent(new view.KeyboardEvent("keydown", {key: "Escape"})); steps.push([crumbs(), cells()]);
    return steps;
    """
    steps, console = look(page, script)
    assert [crumbs for crumbs, _ in steps] == [["site"], ["site", "Data"], ["site", "Data"], ["site"]]
    assert min(cells for _, cells in steps) > 5
    assert console == []


def test_no_name_of_a_file_is_read_as_anything_but_a_name(page: Path):
    """Names come from uploads: of a script, an image or a letter that turns others around nothing comes to life."""
    script = (
        OPENED
        + """
    return {title: page.title, scripts: page.scripts.length, images: page.images.length,
      bold: page.querySelectorAll("code b").length, text: page.body.textContent,
      drawn: [...page.querySelectorAll("#map .cell")].map((one) => one.title).join(" ")};
    """
    )
    found, _ = look(page, script)
    assert (found["scripts"], found["images"], found["bold"]) == (2, 0, 0)
    assert "owned" not in found["title"]
    for name in ("<img src=x onerror=alert(1)>.jpg", "odd\\xff\\n.jpg", "\\u202egpj.exe"):
        assert name in found["text"] + found["drawn"], name
    assert not any(letter in found["text"] + found["drawn"] for letter in "\u202e\ufffd")


def test_this_test_hears_a_console_and_sees_what_is_too_wide(tmp_path):
    """A guard that never bites is none."""
    bad = tmp_path / "bad.html"
    bad.write_text("<!doctype html><div style='width:900px'>.</div><script>nothing.here()</script>")
    (wide, screen), console = look(bad, WIDE, width=390)
    assert (wide > screen, len(console)) == (True, 1)
