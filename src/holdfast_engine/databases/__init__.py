"""Databases in files, handled as their own programs would. May import `site` and everything below it."""
