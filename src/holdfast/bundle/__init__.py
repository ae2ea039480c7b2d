"""Programs in one file, which a Python runs with nothing installed: `python3 holdfast-engine.pyz`.

`one_file` writes the archive, `engine` is what the engine's one holds, `start` is the first thing
that runs in each. `python -m holdfast.bundle TARGET` writes the engine. Imports the engine alone.
"""

from holdfast.bundle.engine import build, bundled

__all__ = ["build", "bundled"]
