"""The table of commands: what can be typed, where each is, and what it does."""

TABLE = {
    "detect": ("detect", "framework, web root and the care of each path, with evidence"),
    "explain": ("explain", "why a path has its care: every rule that spoke, in order"),
    "init": ("init", "write a commented `holdfast.toml` from what was detected"),
    "plan": ("plan", "what a deploy would do to code and to data; touches nothing"),
    "deploy": ("deploy", "deploy one release"),
    "rollback": ("rollback", "activate an earlier good release; data stays as it is"),
    "status": ("status", "where the site stands"),
    "releases": ("releases", "the releases of a site"),
    "history": ("history", "what was done to a site, when and by whom"),
    "checklist": ("checklist", "named checks of a site, each with the way to mend it"),
    "check": ("checklist", "short for `checklist`"),
    "link": ("link", "the persistence step alone, for a deploy script of your own"),
    "adopt": ("adopt", "turn a site that is live in a plain directory into a Holdfast site"),
    "leave": ("leave", "give the site back as it was, or as a layout that works without Holdfast"),
    "baseline": ("baseline", "say what was shipped to a release that Holdfast did not deploy itself"),
    "recover": ("recover", "finish what was interrupted, find data that appears lost, put it back"),
    "sweep": ("sweep", "bring home what was written outside of `shared/` since the last look; for cron"),
    "review": ("review", "what looks like code, was edited or deleted here: list, compare, decide"),
    "access": ("access", "what the application may write, as measured and kept; change it"),
    "report": ("report", "write one HTML page of a site: sizes, releases, what is to be done"),
    "attic": ("attic", "what operations displaced, with origin and reason"),
    "restore": ("restore", "bring displaced content back"),
    "prune": ("prune", "delete old releases that hold nothing of yours"),
    "try": ("tour", "the tour: deploy under live uploads, crash, roll back, count"),
    "config": ("config", "each setting with its value, and who said so"),
    "docs": ("docs", "the documentation as text, without a network"),
    "completion": ("completion", "completion for bash, zsh and fish"),
}
"""Each command's name with its module in `commands/` and its summary."""

GROUPS = {
    "Before a deploy": ("detect", "explain", "init", "plan", "config"),
    "Deploy": ("deploy", "rollback", "link", "adopt", "leave", "prune"),
    "Look": ("status", "report", "releases", "history", "checklist", "check"),
    "Data": ("sweep", "recover", "review", "baseline", "access", "attic", "restore"),
    "Learn": ("try", "docs", "completion"),
}
"""The same names as a person looks for them in the help."""
