"""Commands as wholes: opened, planned, agreed to, run, recovered, answered. May import every room below `commands`."""
