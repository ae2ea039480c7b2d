"""Framework presets: one TOML file each, their loader, and the generator of the engine's `rules.json`.

May import the standard library only. The engine never reads these files: it reads what
`python -m holdfast.presets.generate` made of them.
"""
