"""Three renderers of the same events, plans, results and problems: plain, rich and json.

`pages` and `changes` turn results into lines, without knowing what a terminal is; `plain`
writes lines, `rich` paints them, `json` writes none. `rich` alone may import the library of
that name. No renderer lets a broken output stop the engine.
"""
