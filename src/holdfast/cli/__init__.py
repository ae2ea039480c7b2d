"""The command line: what is typed becomes a request, what the engine tells becomes output.

`main` ends every run with an exit code, `lazy` finds commands without importing them, `options`
gives every command the same options, `ask` asks, `commands/` holds one thin file for each
command, `render/` the output. `complete` answers a shell, `manual` has the pages of the
documentation, `log` writes each run down and `masking` takes the secrets out of it. The only room
that may import `click`; nothing here decides anything about a site.
"""
