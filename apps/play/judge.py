"""What became of everything that users wrote and the application acknowledged, asked by HTTP first."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from kinds.application import SITE, Content


@dataclass(frozen=True)
class Verdict:
    """LOST stands nowhere any more; HIDDEN stands on the disk and is not served; BACK was removed and is served."""

    lost: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


def judge(contents: Iterable[Content]) -> Verdict:
    lost, hidden, back = [], [], []
    for one in contents:
        shown = one.read()
        if shown and one.gone:
            back.append(f"{one.kind} {one.text}")
        elif not shown and not one.gone:
            where = places(one.text)
            (hidden if where else lost).append(f"{one.kind} {one.text}" + (f" in {where[0]}" if where else ""))
    return Verdict(tuple(lost), tuple(hidden), tuple(back))


def places(text: str) -> list[str]:
    """The files of the site that hold TEXT, in their content or their name; links are not followed."""
    wanted, found = text.encode(), []
    for here, _, names in os.walk(SITE):
        for name in names:
            path = os.path.join(here, name)
            if text in name or (not os.path.islink(path) and wanted in _content(path)):
                found.append(os.path.relpath(path, SITE))
    return found


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
