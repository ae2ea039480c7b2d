"""Databases in files, handled as their own programs would. May import `model`, `fs`, `journal`, `state`."""
