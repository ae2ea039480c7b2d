"""Holdfast: deploys web applications in releases and never loses a byte that a user wrote.

The controller: reads the configuration, asks, shows, and leaves every act on a site to
`holdfast_engine`. Rooms from the top: `cli` (commands and their output), `tour` (the example
run), `session` (one conversation with the engine), `config` (settings and their origin),
`presets` (one framework each), `toml`, `errors`. It runs on Python 3.9 and newer; the package asks for 3.11.
"""

__version__ = "0.1.0"
