"""Write the pictures of the documentation: `make pictures`. Needs Chromium, as Debian has it."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile

from club import summer

from holdfast.report.page import page

HERE = os.path.dirname(os.path.abspath(__file__))
PLACE = "/var/www"
"""Where the club's site lies in the pictures."""
SIZES = {"report-desk.png": (1280, 1520), "report-phone.png": (390, 844)}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--blink-settings=preferredColorScheme=1",
)  # fmt: skip
FRAME = '<!doctype html><style>*{{margin:0;border:0}}</style><iframe src="{}" width="{}" height="{}"></iframe>'
"""A browser's window is never as narrow as a phone: the page stands in a frame that is."""


def report(top: str) -> str:
    """The page of the club's site, in a file of its own."""
    told = json.dumps(summer(top).ask("report")).replace(os.path.join(top, "club"), f"{PLACE}/club")
    where = os.path.join(top, "report.html")
    with open(where, "w", encoding="utf-8") as file:
        file.write(page(json.loads(told)))
    return where


def shoot(browser: str, top: str, shown: str, picture: str, width: int, height: int) -> None:
    frame = os.path.join(top, f"{picture}.html")
    with open(frame, "w", encoding="utf-8") as file:
        file.write(FRAME.format(shown, width, height))
    to = os.path.join(HERE, picture)
    words = [browser, *QUIET, f"--user-data-dir={top}/profile", f"--window-size={width},{height}", f"--screenshot={to}"]
    subprocess.run([*words, f"file://{frame}"], check=True, capture_output=True, timeout=120)


def remove(top: str) -> None:
    """Releases are sealed: their directories are opened first."""
    for here, _, _ in os.walk(top):
        os.chmod(here, stat.S_IRWXU)
    shutil.rmtree(top)


def main() -> int:
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        print("this needs Chromium: sudo apt-get install chromium", file=sys.stderr)
        return 1
    os.environ["TZ"] = "UTC"
    top = tempfile.mkdtemp(prefix="holdfast-pictures-")
    try:
        shown = report(top)
        for picture, (width, height) in SIZES.items():
            shoot(browser, top, shown, picture, width, height)
    finally:
        remove(top)
    return 0


if __name__ == "__main__":
    sys.exit(main())
