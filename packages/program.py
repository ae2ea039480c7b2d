"""The programs in one file, which a Python runs with nothing installed: `holdfast.pyz` and `holdfast-engine.pyz`.

Both are the same program. The second one is for older Pythons, and has no colours: older libraries lie in it, and none
that paints. `python -m packages.program TARGET` makes it alone.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable

from packages import wheels
from packages.one_file import one_file, write
from packages.start import OLDER

OLDEST = (3, 11)
"""The first Python that runs `holdfast.pyz`."""

_IN_COLOUR = "holdfast/cli/render/rich.py"
"""Left out of the second one: a library of the host would be found, of whatever age."""


def build(target: str, everything: Iterable[str]) -> None:
    """Leave `holdfast.pyz` at TARGET, from what is in the wheels EVERYTHING."""
    write(target, one_file(wheels.contents(everything), "holdfast", OLDEST))


def build_engine(target: str, own: str) -> None:
    """Leave `holdfast-engine.pyz` at TARGET, from our wheel OWN and the older libraries."""
    members = wheels.contents([own, *wheels.locked(wheels.OLD)])
    kept = ((name, content) for name, content in members if name != _IN_COLOUR)
    write(target, one_file(kept, "holdfast", OLDER))


def main(target: str) -> None:
    """`holdfast-engine.pyz` of this tree is at TARGET."""
    with tempfile.TemporaryDirectory() as folder:
        build_engine(target, wheels.build(folder, "wheel"))


if __name__ == "__main__":
    main(sys.argv[1])
