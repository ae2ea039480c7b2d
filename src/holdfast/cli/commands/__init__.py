"""One thin file for each command: its examples, its arguments, and which question it puts to the session.

Each exports `command`. May import `click`, `cli.options` and `session`.
"""
