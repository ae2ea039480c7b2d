"""Making a release live and running the user's commands around it. May import `model`, `fs`, `journal`, `state`."""
