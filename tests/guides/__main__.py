"""What a page's commands say, as its reader sees it: `PYTHONPATH=tests python -m guides docs/guides/new-site.md`."""

from __future__ import annotations

import sys

from guides.follow import follow
from lib.mounts import tell

if __name__ == "__main__":
    for name in sys.argv[1:]:
        ended = tell(follow, name)
        sys.stdout.write(f"{ended.text}\nended with {ended.code}; not served: {ended.gone}\n")
