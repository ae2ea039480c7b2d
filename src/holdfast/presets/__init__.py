"""Framework presets, one TOML file each, lists of words, their loader, and the generator of the engine's data.

May import the standard library only. The engine never reads these files: it reads what
`python -m holdfast.presets.generate` made of them.
"""
