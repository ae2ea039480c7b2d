"""Mina, from Debian; its one ssh command is answered by a stand-in that runs it on this host."""

from __future__ import annotations

from peers.debian import Ruby


class Mina(Ruby):
    title = "Mina"
    how = "Debian's package, years behind its present version; a stand-in for ssh"
    config = "mina"
    package = "mina"
    names_by_second = False
    makes_directories = False

    def words(self, act: str) -> list[str]:
        tasks = {"setup": "setup", "deploy": "deploy", "rollback": "deploy:rollback", "unlock": "deploy:force_unlock"}
        return [*self.ruby("mina"), tasks[act]]

    def set_up(self) -> None:
        self.run("setup")
