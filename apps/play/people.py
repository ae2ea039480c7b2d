"""Who deploys, and which user the application runs as."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class People:
    """DEPLOYER types the commands of Holdfast, and the application runs as WEB."""

    key: str
    title: str
    deployer: str
    web: str

    @property
    def umask(self) -> int:
        """Two users who share a site share a group too, and write for it."""
        return 0o002 if self.key == "deploy" else 0o022

    def own(self, top: str) -> None:
        """TOP as people have it who put a site there by hand: the application may write everywhere in it."""
        owner, group, mode = {
            "root": (self.web, self.web, "u=rwX,go=rX"),
            "deploy": (self.deployer, self.web, "ug=rwX,o=rX"),
            "one": (self.web, self.web, "u=rwX,go=rX"),
        }[self.key]
        subprocess.run(["chown", "-hR", f"{owner}:{group}", top], check=True)
        subprocess.run(["chmod", "-R", mode, top], check=True)
        if self.key == "deploy":
            subprocess.run(["find", top, "-type", "d", "-exec", "chmod", "g+s", "{}", "+"], check=True)


ROOT = People("root", "root for www-data", "root", "www-data")
DEPLOY = People("deploy", "deploy for www-data", "deploy", "www-data")
ONE = People("one", "one user", "deploy", "deploy")
ALL = {one.key: one for one in (ROOT, DEPLOY, ONE)}


def run_as(
    user: str, words: Sequence[str], *, cwd: str = "/", umask: int = 0o022, told: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """WORDS by USER, with the groups of that user."""
    who = pwd.getpwnam(user)
    home = {"HOME": who.pw_dir, "USER": user, "LOGNAME": user}
    return subprocess.run(
        words,
        user=who.pw_uid,
        group=who.pw_gid,
        extra_groups=os.getgrouplist(user, who.pw_gid),
        env={**os.environ, **home, **(told or {})},
        cwd=cwd,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
