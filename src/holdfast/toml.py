"""The reader of TOML: Python's own, and before 3.11 the library that it was made of."""

import sys

if sys.version_info >= (3, 11):
    from tomllib import loads
else:
    from tomli import loads

__all__ = ["loads"]
