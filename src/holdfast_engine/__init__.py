"""The engine: runs on the host that holds the site, standard library only, Python 3.9 and newer."""

__version__ = "0.1.0"
FORMAT = 2
"""Version of what is written below `.holdfast/`; a site with a higher one is not touched."""
