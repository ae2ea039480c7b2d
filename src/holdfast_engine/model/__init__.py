"""Pure values without input or output: paths, layout, manifests, rules, plans, requests, events, problems.

May import the standard library only, and nothing of it that reaches a disk, a clock or a process.
"""
