"""One case of the crash tests again: `python -m tests.crash.replay deploy-later place.exchange:3`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_PROJECT / "src"), str(_PROJECT / "tests")]


def main(name: str, case: str) -> int:
    """Run CASE of the scenario NAME, print what the judge says, and return 1 when it objects."""
    from crash.arena import arena
    from crash.trials import trial_of
    from lib.once import workshop

    os.umask(0o022)
    top = workshop()
    wrong = trial_of(case)(arena(name, top), case)
    sys.stdout.write("\n".join([*wrong, f"{len(wrong)} objections"]) + "\n")
    shutil.rmtree(top, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
