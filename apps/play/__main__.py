"""`python3 -m play APPLICATION PEOPLE VARIABLE [short]`: one cell; its report lies in /srv/answer.json."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

from kinds.every import make
from play.people import ALL
from play.story import Story


def main(words: list[str]) -> int:
    key, people, variable, *short = words
    os.chmod("/srv", 0o755)
    application = make(key, ALL[people], variable)

    def say(line: str) -> None:
        print(f"    {line}", file=sys.stderr, flush=True)

    report = Story(application, say, short=bool(short)).tell()
    with open("/srv/answer.json", "w", encoding="utf-8") as file:
        json.dump(asdict(report), file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
