"""Making a release live and running the user's commands around it. May import `site` and everything below it."""
