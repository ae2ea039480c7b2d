"""The table of commands: what can be typed, where each is, and what it does."""

TABLE = {
    "detect": ("detect", "what is data, code and build output here, and why; framework and web root"),
    "explain": ("explain", "why one path is data, code or build output"),
    "init": ("init", "write a commented `holdfast.toml` from what was detected"),
    "plan": ("plan", "show what a deploy would do to code and data; change nothing"),
    "deploy": ("deploy", "put a new version live"),
    "rollback": ("rollback", "make an earlier release live again; data stays as it is"),
    "status": ("status", "what is live, what is shared, what is unfinished"),
    "releases": ("releases", "list the releases of a site"),
    "history": ("history", "list what was done to a site, when and by whom"),
    "checklist": ("checklist", "check a site; say how to fix what is wrong"),
    "check": ("checklist", "short for `checklist`"),
    "link": ("link", "link the data into a release; for a deploy script of your own"),
    "adopt": ("adopt", "turn a site that is live in a plain directory into a Holdfast site"),
    "leave": ("leave", "give the site back as it was, or as a layout that works without Holdfast"),
    "baseline": ("baseline", "say which version was installed before Holdfast managed the site"),
    "recover": ("recover", "finish what was interrupted; find lost data and put it back"),
    "sweep": ("sweep", "collect files that appeared outside of `shared/`; for cron"),
    "review": ("review", "decide on edited files, and on files from the server that look like code"),
    "access": ("access", "show or change what the application may write"),
    "report": ("report", "write one HTML page of a site: sizes, releases, what is to be done"),
    "attic": ("attic", "list what was replaced or removed, and is still kept"),
    "restore": ("restore", "bring content back from the attic"),
    "prune": ("prune", "delete old releases that hold nothing of yours"),
    "try": ("tour", "see it work on an example: deploy during uploads, crash, roll back"),
    "config": ("config", "show each setting, its value and where it is set"),
    "docs": ("docs", "read the documentation, without a network"),
    "completion": ("completion", "set up completion for bash, zsh and fish"),
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
