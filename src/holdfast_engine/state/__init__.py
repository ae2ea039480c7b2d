"""What is on the host: the site file, release records, the lock, the survey. May import `model`, `fs`, `journal`."""
