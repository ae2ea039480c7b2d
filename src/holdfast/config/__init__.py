"""`holdfast.toml`, the environment and flags, laid over each other; each value knows its origin.

`shape` says what may stand in a file, of the `kinds` that there are; `decode` reads one file,
`layers` lays files, environment and flags over each other, `source` tells what kind of thing a
source is, `text` finds the file, `schema` describes it to editors, `docs/` explains it to people,
`origins` tells them what holds. May import `errors` and the engine's `model`.
"""

from holdfast.config.layers import Resolved, load_settings
from holdfast.config.text import Text

__all__ = ["Resolved", "Text", "load_settings"]
