"""One line for each cell, and the page docs/applications.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cells import Cell

Report = dict[str, Any]
_COUNTED = ("lost", "hidden", "back", "refused_writes", "unwritable", "failed", "wrong")
_PEOPLE = {"root": "root for www-data", "deploy": "deploy for www-data", "one": "one user"}
_HEAD = (
    "application",
    "who deploys for whom",
    "nginx passes",
    "contents",
    "requests",
    "lost",
    "hidden",
    "back",
    "unwritable",
    "failed",
    "at the adoption",
    "down by its own hook",
    "old answers",
)
_INTRODUCTION = """# Real applications

`make apps` plays one story with each: a site that is live in a plain directory is adopted, deployed five times and
rolled back three times, while users write and a steady stream of requests goes on; between the turns plugins are
installed, updated and removed through the admin pages. It is judged by HTTP alone. Each cell runs in a root of Debian
12 of its own (`apps/README.md`), without a network; nothing is installed on the host but debootstrap.

| column | what it counts |
| --- | --- |
| contents | what users wrote and the application acknowledged: posts, photos, settings, plugins, sessions, log lines |
| lost | contents that no file of the site holds any more |
| hidden | contents that lie on the disk and are not served, once all processes know the live release |
| back | contents that a user removed, and that are served again |
| unwritable | directories and files that the application could write before the adoption and cannot after a turn |
| failed | requests that failed, and writes that were refused, from the first deploy on |
| at the adoption | the same while the plain directory became a site: see below |
| down by its own hook | requests that failed while a hook of the user's had it down, with the longest gap |
| old answers | how long after a switch the earlier version still answered, of the 4 seconds that were looked at |
"""
_BELOW = """## What to know

- **At the adoption PHP knows the old paths.** PHP keeps where a path leads for `realpath_cache_ttl` (120 seconds). In
  a plain directory that becomes a site under a running php-fpm, a worker may take a directory for what it was, follow
  a link in it from the wrong place, and miss; so uploads and some scripts fail until it forgets. `systemctl reload
  php8.2-fpm` right after `holdfast adopt`, with the web server's new document root, ends it. Later deploys are not
  touched by it.
- **`$document_root` keeps the earlier version for as long.** With `SCRIPT_FILENAME
  $document_root$fastcgi_script_name` PHP takes `current` for the release that it was; with `$realpath_root` nginx
  resolves it, and the next request is answered by the new release. What the earlier version writes meanwhile comes
  home with the next deploy, rollback or `holdfast sweep`. What it deletes meanwhile among programs, as a plugin through
  the admin pages, is there again (the column *back*): use `$realpath_root`, or reload php-fpm in `after_activation`.
- **DokuWiki's extension manager** refused one installation of a plugin while PHP knew the earlier version's paths; the
  next try went well. One cell of MediaWiki (one user, `$document_root`) answered 500 before the adoption: left out.
- **An application that keeps a file in memory** (lowdb) is stopped before it is started in `current`: `holdfast adopt`,
  stop, `holdfast sweep`, start. Its hooks are `stop` and `start`, so requests fail in that gap.
"""


def well(cell: Cell, report: Report) -> bool:
    """True where nothing was lost, hidden, refused or failed. What comes back under `$document_root` is the earlier
    version's doing, which goes on for as long as PHP keeps its path: it is told, and no failure of Holdfast's.
    """
    known = {"back"} if cell.variable == "document_root" else set()
    return not any(report.get(word) for word in _COUNTED if word not in known)


def line(cell: Cell, report: Report) -> str:
    """What is printed of CELL, and below it the first of everything that is wrong."""
    words = [f"{cell.name}: {report.get('written', 0)} contents, {report.get('asked', 0)} requests"]
    words += [f"{len(report.get(word, []))} {word.replace('_', ' ')}" for word in _COUNTED]
    words += [f"old answers {report.get('old', 0):.1f} s", f"{report.get('seconds', 0):.0f} s in all"]
    if report.get("failed_adopting"):
        words.append(f"{len(report['failed_adopting'])} failed at the adoption: {report['failed_adopting'][0][:200]}")
    if report.get("failed_in_gaps"):
        words.append(f"{len(report['failed_in_gaps'])} failed while a hook had it down for {report['gap']:.1f} s")
    wrong = [f"    {word}: {one}" for word in _COUNTED for one in report.get(word, [])[:4]]
    return "\n".join([", ".join(words), *wrong])


def page(found: Iterable[tuple[Cell, Report | None]]) -> str:
    """All that was played last, as one page."""
    rows = [(cell, report) for cell, report in found if report is not None]
    played = [(cell, report) for cell, report in rows if report.get("asked")]
    parts = [_INTRODUCTION, "\n".join(_table(played)), _BELOW, "\n".join(_versions(played))]
    untold = "it was not played to its end"
    left_out = {cell.kind.title: report.get("skipped", untold) for cell, report in rows if not report.get("asked")}
    if left_out:
        parts.append("\n".join(["## Left out", "", *(f"- {title}: {why}" for title, why in left_out.items())]))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(played: Iterable[tuple[Cell, Report]]) -> Iterator[str]:
    yield _row(*_HEAD)
    yield _row(*("---" if number < 3 else "--:" for number in range(len(_HEAD))))
    for cell, report in played:
        gap = f"{len(report['failed_in_gaps'])} in {report['gap']:.1f} s" if report.get("failed_in_gaps") else "0"
        counts = [len(report.get(word, [])) for word in ("lost", "hidden", "back", "unwritable")]
        failed = len(report.get("failed", [])) + len(report.get("refused_writes", []))
        yield _row(
            cell.kind.title,
            _PEOPLE[cell.people],
            f"`${cell.variable}`" if cell.variable else "",
            *map(str, (report.get("written", 0), report.get("asked", 0), *counts, failed)),
            str(len(report.get("failed_adopting", []))),
            gap,
            f"{report.get('old', 0):.1f} s",
        )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _versions(played: Iterable[tuple[Cell, Report]]) -> Iterator[str]:
    yield from ("## Versions", "")
    told = {cell.kind.title: (report["day"], report.get("versions", [])) for cell, report in played}
    for title, (day, versions) in told.items():
        yield f"- {title}: {', '.join(versions)} ({day})"
