"""The pages of the documentation that come with every installation, read without a network."""

from __future__ import annotations

import os
import pkgutil

import holdfast

TOPICS = {
    "start": ("README.md", "find the guide for your case"),
    "missing": ("first-aid.md", "something is missing, or the site is down: what to type"),
    "symptoms": ("guides/symptoms.md", "uploads gone, error 500, old version shown, permission denied, disk full"),
    "words": ("words.md", "the words that Holdfast uses, each in a sentence"),
    "your-data": ("guides/your-data.md", "for people who are not developers: what is kept, and where"),
    "ftp": ("guides/ftp.md", "guide: from FTP, or from unzipping over it"),
    "shared-hosting": ("guides/shared-hosting.md", "guide: cPanel, Hostinger and others without root"),
    "git-pull": ("guides/git-pull.md", "guide: from `git pull` on the server"),
    "script": ("guides/script.md", "guide: from a script of your own"),
    "capistrano": ("guides/capistrano.md", "guide: from Capistrano or Mina"),
    "deployer": ("guides/deployer.md", "guide: from Deployer, Envoyer or Forge"),
    "new-site": ("guides/new-site.md", "guide: a repository and an empty server"),
    "docker": ("guides/docker.md", "guide: Docker and volumes"),
    "web-server": ("guides/web-server.md", "nginx, Apache, PHP, OPcache, `open_basedir`"),
    "users": ("guides/users.md", "users and rights: who deploys, who the application runs as"),
    "services": ("guides/services.md", "Node, Python and Ruby services, queues"),
    "hooks": ("guides/hooks.md", "build and hooks, by framework"),
    "cron": ("guides/cron.md", "what to run from cron"),
    "backups": ("guides/backups.md", "what to back up, and how to put it back"),
    "moving": ("guides/moving.md", "to another directory or another host"),
    "ci": ("guides/ci.md", "deploy from GitHub Actions or GitLab, by a key that can do nothing else"),
    "json": ("guides/json.md", "for scripts and CI: JSON, events, exit codes"),
    "install": ("install.md", "pipx, uv, one file, .deb; checksums; upgrading; what a host needs"),
    "guarantees": ("guarantees.md", "what is promised, and how each promise is tested"),
    "commands": ("reference/commands.md", "every command with its options"),
    "configuration": ("reference/configuration.md", "every setting, its file and its variable"),
    "importing": ("importing.md", "what `init` takes over from Capistrano, Deployer and others"),
    "problems": ("reference/problems.md", "every exit code and every message's code word"),
    "review": ("review.md", "files that look like code: what is listed, what a decision does"),
    "report": ("report.md", "one page of a site: what it shows, who may read it, its keys for scripts"),
    "leaving": ("leaving.md", "how to leave Holdfast, and what stays behind"),
    "conventions": ("conventions.md", "output, colours, logs, directories, completion, privacy"),
    "on-disk-format": ("design/on-disk-format.md", "what is in a site's directory, readable without Holdfast"),
    "rules": ("design/rules.md", "the rules that the program keeps"),
}
"""Each topic's page below `docs/`, and what it is about."""

BY_PAGE = {name.rpartition("/")[2].removesuffix(".md"): topic for topic, (name, _) in TOPICS.items()}
"""Each topic by the name of its page, as links of the README have it."""

_CLONE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(holdfast.__file__))))


def read(topic: str) -> str:
    """The text of TOPIC's page, from beside the code, or in a clone from its top; OSError where there is none."""
    name = TOPICS[topic][0]
    try:
        content = pkgutil.get_data("holdfast", f"pages/{name}")  # also where the code lies in an archive
    except OSError:
        with open(os.path.join(_CLONE, "docs", name), "rb") as file:
            content = file.read()
    assert content is not None
    return content.decode()
