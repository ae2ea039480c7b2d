"""Debian's Chromium, looking at one page: how wide it is, what is drawn, and what it complains of."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--enable-logging=stderr", "--allow-file-access-from-files", "--dump-dom",
)  # fmt: skip
_FRAME = """<!doctype html><style>*{margin:0;border:0}</style>
<iframe id="page" width="%d" height="%d"></iframe><pre id="told"></pre>
<script>
const frame = document.getElementById("page");
frame.addEventListener("load", () => {
  const page = frame.contentDocument, view = frame.contentWindow;
  const told = (() => { %s })();
  document.getElementById("told").textContent = JSON.stringify(told);
});
frame.src = %s;
</script>
"""
"""A browser's window is never as narrow as a phone: the page stands in a frame that is."""


def look(page: Path, script: str, *, width: int = 1440, dark: bool = False) -> tuple[Any, list[str]]:
    """What SCRIPT, the body of a function, returns of the `page` (its document) and its `view` (its window), and every
    line that went to the console. What is returned is JSON.
    """
    assert CHROMIUM
    top = page.parent
    frame = top / "frame.html"
    frame.write_text(_FRAME % (width, 900, script, json.dumps(page.as_uri())))
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    words = [CHROMIUM, *_QUIET, scheme, f"--user-data-dir={top / 'profile'}", "--window-size=1500,1000"]
    ran = subprocess.run([*words, frame.as_uri()], capture_output=True, text=True, check=True, timeout=200)
    found = re.search(r'<pre id="told">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert found, ran.stderr
    console = [line for line in ran.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(html.unescape(found[1])), console
