"""What a page's commands say, as its reader sees it: `PYTHONPATH=tests python -m guides docs/guides/new-site.md`; what
the first hours cost, with the program in one file: `PYTHONPATH=tests python -m guides hours dist/holdfast.pyz`.
"""

from __future__ import annotations

import os
import sys

from guides.follow import follow
from guides.hours import NEWCOMERS, live_through
from lib.mounts import tell


def hours(program: str) -> None:
    sys.stdout.write("| newcomer | commands | seconds | words |\n| --- | --: | --: | --- |\n")
    for name in NEWCOMERS:
        hour = tell(live_through, name, os.path.abspath(program))
        sys.stdout.write(f"{hour.row(name)}\n" if hour.code == 0 else f"{name}: {hour.text}\n")


if __name__ == "__main__":
    if sys.argv[1] == "hours":
        hours(sys.argv[2])
    else:
        for name in sys.argv[1:]:
            ended = tell(follow, name)
            sys.stdout.write(f"{ended.text}\nended with {ended.code}; not served: {ended.gone}\n")
