"""`python -m holdfast.bundle TARGET`: the engine in one file."""

import sys

from holdfast.bundle import build

if __name__ == "__main__":
    print(build(sys.argv[1]), sys.argv[1])  # noqa: T201 - a program of the Makefile
