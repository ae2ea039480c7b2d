"""`holdfast`, and `python -m holdfast`: the version at once, all else by `cli`."""

import sys

from holdfast import __version__


def main() -> int:
    """The exit code. Scripts ask for the version, and what reads a command line costs four bare starts."""
    if sys.argv[1:] == ["--version"]:
        print(f"holdfast {__version__}")  # noqa: T201 - before there is a renderer
        return 0
    from holdfast.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
