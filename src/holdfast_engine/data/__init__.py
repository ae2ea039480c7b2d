"""Moving bytes: adoption, sets, seeds, sweeps, baselines, restore, and settling what a crash left half-moved.

May import `site` and everything below it; never a sibling room, never a command.
"""
