"""What each path is to us and how data and code are kept apart: detection, rules, links, adoption, seeds, baselines,
sweeps.

May import `model`, `fs`, `journal` and `state`; never a sibling room, never a command.
"""
