"""Capistrano, from Debian, with the backend of its own that runs on this host without ssh."""

from __future__ import annotations

from peers.debian import Ruby


class Capistrano(Ruby):
    title = "Capistrano"
    how = "Debian's package; SSHKit's local backend"
    config = "capistrano"
    package = "capistrano"

    def words(self, act: str) -> list[str]:
        tasks = {"deploy": "deploy", "rollback": "deploy:rollback"}
        return [*self.ruby("cap"), "production", tasks[act]] if act in tasks else []
