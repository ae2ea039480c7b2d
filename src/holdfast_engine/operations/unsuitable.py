"""What is no application of its own and never becomes a site: homes, system directories, directories of several."""

from __future__ import annotations

import os
import pwd
import re
from shlex import quote

from holdfast_engine.fs.root import Root
from holdfast_engine.model.exposure import DOCUMENT_ROOTS
from holdfast_engine.model.expressions import expression
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.words import named


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SYSTEM = _words("""
    / /bin /boot /dev /dev/shm /etc /home /lib /lib32 /lib64 /lost+found /media /mnt /opt /proc /root /run /sbin /srv
    /sys /tmp /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/lib /usr/sbin /usr/share /usr/src /var
    /var/backups /var/cache /var/lib /var/log /var/mail /var/run /var/spool /var/tmp
""")
_WHOLLY_SYSTEM = ("/boot/", "/etc/", "/proc/", "/sys/")
_HOMES = ("/home", "/export/home", "/usr/home", "/Users")
_OF_A_PERSON = _words("""
    .ssh .bashrc .profile .bash_profile .bash_history .bash_logout .zshrc .zsh_history .cshrc .kshrc .gnupg .viminfo
    .lesshst .cpanel .spamassassin .softaculous .subaccounts Maildir .Maildir
""")
_OF_AN_ACCOUNT = _words("mail public_html public_ftp htdocs www domains logs etc tmp")
_OF_ETC = _words("""
    passwd shadow group gshadow fstab hosts hostname resolv.conf nsswitch.conf pam.d sudoers crontab cron.d init.d
    systemd ssh ssl profile.d ld.so.conf
""")
_WHOLES = ({"etc", "usr", "var"}, {"bin", "sbin", "lib", "share"}, {"lib", "log", "cache", "spool"})
"""Names that stand beside each other in `/`, `/usr` and `/var`, and in no application."""

_MARKS = _words("""
    .git .hg .svn holdfast.toml artisan manage.py spark yii craft please symfony.lock composer.json composer.lock
    package.json package-lock.json deno.json bun.lockb Gemfile Rakefile config.ru go.mod Cargo.toml pyproject.toml
    setup.py requirements.txt Pipfile wsgi.py app.py main.py server.js app.js pom.xml build.gradle build.gradle.kts
    mix.exs Dockerfile Makefile Procfile docker-compose.yml docker-compose.yaml compose.yml compose.yaml
    wp-config.php wp-load.php wp-settings.php configuration.php settings.php web.config
""")
"""Names that say: here is the top of one application."""
_PAGE = expression(r"(index|default)\.\w+")
_PARTS = _words("""
    admin administrator api app assets backend cache cgi-bin client css data doc docs files frontend img images inc
    include includes install js lang lib logs media modules node_modules plugins server setup src static storage
    templates test tests themes tmp uploads vendor views
""")
"""Names of parts of one application, which often hold an `index.php` or `index.html` that guards them."""
_LANGUAGE = expression(r"[a-z]{2}([-_][a-z]{2})?", re.IGNORECASE)


def refuse_unsuitable(root: Root, *, laid_out: bool) -> None:
    """`adopt-unsafe` for a directory that is not one application: what is in it is not moved, nor anything around it.

    Another tool's layout stays where it is, so it may lie in a home, and its releases are no applications beside
    each other. Looked at by names alone; no link is followed (G9).
    """
    real, names = os.path.realpath(root.path), root.names("")
    if real in _SYSTEM or f"{real}/".startswith(_WHOLLY_SYSTEM) or _looks_like_system(names):
        raise _unsafe(root, "is a system directory", "adopt the application's own directory")
    if laid_out:
        return
    if _is_home(real) or _looks_like_home(names):
        raise _unsafe(root, "is a home directory", "adopt the application's own directory in it, by its name")
    several = _applications(root, names)
    if several:
        first = quote(root.absolute(several[0]))
        why = f"holds several applications: {named(several)}"
        hint = f"adopt one of them: `holdfast adopt {first}`; if they are one, run `holdfast init` in it first"
        raise _unsafe(root, why, hint)


def _unsafe(root: Root, why: str, hint: str) -> Problem:
    return Problem("adopt-unsafe", f"`{root.path}` {why}, and no site", state="nothing was changed", hint=hint)


def _looks_like_system(names: list[str]) -> bool:
    found = set(names)
    if len(found & _OF_ETC) >= 3 and found & {"passwd", "fstab", "shadow"}:
        return True
    return not _is_marked(names) and any(whole <= found for whole in _WHOLES)


def _is_home(real: str) -> bool:
    """The caller's own home, or that of the directory's owner where homes are; an application's account may have its
    home in its application elsewhere.
    """
    own = os.environ.get("HOME", "")
    if os.path.dirname(real) in _HOMES or (os.path.isabs(own) and os.path.realpath(own) == real):
        return True
    return real.startswith(tuple(f"{top}/" for top in _HOMES)) and _is_of_an_account(real)


def _is_of_an_account(real: str) -> bool:
    try:
        return os.path.realpath(pwd.getpwuid(os.stat(real).st_uid).pw_dir) == real
    except KeyError:
        return False


def _looks_like_home(names: list[str]) -> bool:
    persons, accounts = _OF_A_PERSON.intersection(names), _OF_AN_ACCOUNT.intersection(names)
    return len(persons) > 1 or bool(persons and accounts)


def _is_marked(names: list[str]) -> bool:
    """True for the top of one application. A page alone is none: a server's first page stands beside its sites."""
    return not _MARKS.isdisjoint(names) or any(_PAGE.fullmatch(name) and _is_program(name) for name in names)


def _is_program(page: str) -> bool:
    return not page.lower().endswith((".html", ".htm"))


def _applications(root: Root, names: list[str]) -> list[str]:
    """Directories in it that each are an application or a site; none where all of it is one."""
    if _is_marked(names):
        return []
    has_page = any(_PAGE.fullmatch(name) for name in names)
    whole, pages = [], []
    for name in (name for name in names if root.kind(name) == "dir" and name not in ("vendor", "node_modules")):
        kind = _kind(root, name)
        if kind == "application":
            whole.append(name)
        elif kind == "page" and not (has_page or _is_part(name)):
            pages.append(name)
    return sorted(whole + pages) if len(whole + pages) > 1 else []


def _kind(root: Root, name: str) -> str:
    """`application` for what has the marks or the document root of one, `page` for what has a page alone."""
    try:
        inside = root.names(name)
        if ".env" in inside or not _MARKS.isdisjoint(inside):
            return "application"
        fronts = (RelPath(name) / front for front in inside if front.lower() in DOCUMENT_ROOTS)
        if any(_PAGE.fullmatch(one) for front in fronts for one in root.names(front)):
            return "application"
    except PermissionError:
        return ""
    return "page" if any(_PAGE.fullmatch(one) for one in inside) else ""


def _is_part(name: str) -> bool:
    lower = name.lower()
    return lower in _PARTS or lower in DOCUMENT_ROOTS or bool(_LANGUAGE.fullmatch(lower))
