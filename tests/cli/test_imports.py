"""`holdfast init` takes over what another tool's files say, as text, and a first deploy keeps the same data."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lib.terminal import terminal

RECIPES = Path(__file__).parent.parent / "fixtures" / "recipes"
SECRETS = (
    "pass4robots",
    "xoxb-",
    "not-for-files",
    "AAEExample",
    "glpat-",
    "abcdefghijklmnop1234",
    "t0psecret",
    "token123",
    "$ANSIBLE_VAULT",
    "oauth2",
)


@dataclass(frozen=True)
class Shape:
    """What a directory of recipes says: `dirs` and `files` are shared."""

    dirs: str
    files: str = ""
    git: str = ""
    ref: str = ""
    keep: int | None = None
    hosts: dict[str, tuple[str, str]] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


SHAPES = {
    "capistrano-stages": Shape(
        "log tmp/pids public/uploads storage/invoices files/club public/exports public/qrcodes",
        ".env config/master.key",
        "https://git.example.org/team/club.git",
        "stable",
        7,
        {
            "production": ("deploy@web1.example.org", "/var/www/club-production"),
            "production-2": ("deploy@db.example.org", "/var/www/club-production"),
            "staging": ("deploy@staging.example.org", "/var/www/club-staging"),
        },
        ("rake db:migrate", "before deploy:publishing (announce)", "was shared/qrcodes", '"node_modules"'),
        ('ENV["BRANCH"] || "main"', "slack_token", "port 2222", "backup_manifest", "branch is `develop`"),
    ),
    "capistrano-2": Shape(
        "public/system log tmp/pids public/pictures attachments",
        "config/database.yml",
        "git@git.example.org:shop.git",
        "",
        3,
        {
            "shop": ("www@shop.example.org", "/u/apps/shop"),
            "shop2": ("www@shop2.example.org", "/u/apps/shop"),
        },
        ("bin/reindex",),
        ("default_run_options",),
    ),
    "capistrano-conditions": Shape(
        "avatars attachments wiki/pages mail/spool",
        "config/settings.yml config/secrets.yml",
        "git@git.example.org:forum.git",
        "",
        2,
        {"forum": ("forum@forum.example.org", "/srv/forum")},
        (),
        ("ask :branch", "ENV['WITH_WIKI']", "config/….yml", "default_env"),
    ),
    "capistrano-services": Shape(
        "public/system log spool cards",
        ".env.production public/robots.txt",
        "https://git.example.org/timeline.git",
        "main",
        None,
        {"10": ("timeline@10.1.2.3", "/home/timeline")},
        ("after deploy:publishing (units:web:reload)", '"vendor/bundle"'),
        ("ENV.fetch('BRANCH', 'main')", "server ENV['HOST']", "SERVICES.each"),
    ),
    "deployer-late": Shape(
        "storage letters",
        "config/local.php site.key",
        "https://git.example.org/site.git",
        "main",
        None,
        {"prod": ("deployer@prod.example.org", "/var/www/site/prod.example.org")},
        ("bin/console cache:clear",),
        ("directories_of_this_host()",),
    ),
    "script-subshells": Shape(
        "public/uploads files public/invoices public/letters var/sessions minutes",
        ".env",
        hints=("was shared/uploads",),
        unread=("ln -s ../storage/app/public public/storage",),
    ),
    "ansistrano-role": Shape(
        "var/uploads",
        keep=5,
        hosts={"one": ("bob@one.example.org", "/srv/app"), "two": ("10.0.0.9", "/srv/app")},
        unread=("a part of what is shared",),
    ),
    "mina": Shape(
        "public/system notebooks",
        "config/database.yml config/master.key",
        "git@git.example.org:notes.git",
        "master",
        None,
        {"notes": ("notes@notes.example.org", "/var/www/notes")},
        ("bundle install --quiet", "bin/restart"),
    ),
    "deployer-7": Shape(
        "storage public/uploads public/qrcodes public/invoices public/exports",
        ".env auth.json",
        "git@git.example.org:societies.git",
        "main",
        4,
        {"production": ("deploy@societies.example.org", "/srv/societies")},
        ("npm run build", "php artisan migrate --force", "systemctl reload php8.2-fpm"),
        ("getenv('BRANCH')", "telegram_token", "public/…"),
    ),
    "deployer-6": Shape(
        "media var/log var/debug",
        "config/local.php .env",
        "https://gitlab.example.org/blog.git",
        "release",
        None,
        {
            "production": ("www@blog.example.org", "~/blog"),
            "production-2": ("www@blog2.example.org", "~/blog"),
            "staging": ("www@staging.example.org", "/var/www/blog"),
        },
        (),
        ("$isProduction ?", "how many releases"),
    ),
    "deployer-yaml": Shape(
        "public/media var/log",
        ".env.local config/jwt/private.pem",
        "git@git.example.org:intranet.git",
        "",
        3,
        {"intra": ("deploy@intra.example.org", "/var/www/intranet")},
        ("npm run build",),
    ),
    "shipit": Shape(
        "public/storage originals/gallery logs",
        ".env config/production.json",
        "https://git.example.org/gallery.git",
        "main",
        3,
        {
            "production": ("deploy@web1.example.org", "/var/apps/gallery"),
            "production-2": ("deploy@web2.example.org", "/var/apps/gallery"),
            "staging": ("deploy@staging.example.org", "/var/apps/gallery"),
        },
        ("npm ci --omit=dev", "pm2 reload gallery"),
        ("a part of shared.dirs", "slack:", "port 2222"),
    ),
    "shipit-function": Shape(
        "results public/photos",
        "config.json",
        "git@git.example.org:polls.git",
        hints=("forever restart",),
        unread=("servers are computed",),
    ),
    "ansistrano": Shape(
        "scores public/choir-photos recordings",
        ".env config/mail.php",
        "https://git.example.org/choir.git",
        "main",
        3,
        {
            "web-web1": ("choir@10.0.0.5", "/var/www/choir"),
            "web-web2": ("deploy@web2.example.org", "/var/www/choir"),
        },
        ("doctrine:migrations:migrate", "pages:warm"),
        ("ansistrano_npm",),
    ),
    "script-loops": Shape(
        "public/uploads public/letters storage/app var/data minutes",
        ".env config/secret.php",
        "https://git.example.org/parish.git",
        "main",
        5,
        {},
        ("composer install --no-dev", "php artisan migrate --force", "systemctl reload", '# root = "/var/www/parish"'),
    ),
    "script-over-ssh": Shape(
        "public/media songs",
        ".env",
        "git@git.example.org:band.git",
        "",
        None,
        {"band": ("deploy@band.example.org", "/srv/band")},
        ("bin/restart",),
    ),
}


@pytest.fixture(params=SHAPES)
def shape(request):
    return request.param, SHAPES[request.param]


@pytest.fixture
def here(tmp_path, shape):
    """An application with the recipes beside it."""
    shutil.copytree(RECIPES / shape[0], tmp_path / "app")
    (tmp_path / "app" / "index.php").write_text("<?php 'version 1';\n")
    return tmp_path / "app"


@pytest.fixture
def typed(capsys, monkeypatch, here):
    return terminal(capsys, monkeypatch, here)


def _spelled(path, wanted):
    """PATH with a slash where it is a directory: an `ln` does not say which it links."""
    plain = path.rstrip("/")
    return plain if plain in wanted.files.split() else f"{plain}/"


def imported(typed, here):
    ended = typed("init", "--no-input")
    assert ended.code == 0, ended.err
    text = (here / "holdfast.toml").read_text()
    return text, tomllib.loads(text)


def test_what_is_understood_becomes_lines_of_the_file(typed, here, shape):
    """G2: shared directories and files, how many releases are kept, the repository, the branch, the hosts."""
    text, values = imported(typed, here)
    _, wanted = shape
    expected = {f"{path}/" for path in wanted.dirs.split()} | set(wanted.files.split())
    found = {
        path if path.rstrip("/") in wanted.files.split() else f"{path.rstrip('/')}/"
        for path in values["shared"]["paths"]
    }
    assert found == expected
    assert values["source"].get("git", "") == wanted.git
    assert values["source"].get("ref", "") == wanted.ref
    assert values.get("keep") == wanted.keep
    hosts = {name: (host["address"], host["root"]) for name, host in values.get("hosts", {}).items()}
    assert hosts == wanted.hosts
    assert "hooks" not in values or values["hooks"] == {}
    assert [path for path in values["shared"]["paths"] if "node_modules" in path or "not-this" in path] == []
    assert "commented/out" not in text


def test_what_is_not_understood_stands_there_with_its_line(typed, here, shape):
    """Nothing is passed over in silence: hooks as hints, the rest with file and line."""
    text, _ = imported(typed, here)
    comments = [line for line in text.splitlines() if line.startswith("#") or " # " in line]
    for words in (*shape[1].hints, *shape[1].unread):
        assert [line for line in comments if words in line.replace('\\"', '"')], words
    end = text.partition("# Not understood")[2].splitlines()[1:]
    assert [line for line in end if line and not re.match(r"#   \S+:\d+  \S", line)] == []


def test_no_secret_gets_into_the_file(typed, here):
    """Logins of URLs, tokens and passwords stay where they were."""
    text, _ = imported(typed, here)
    assert [one for one in SECRETS if one in text] == []


def test_a_first_deploy_serves_what_the_other_tool_shared(typed, here, shape, tmp_path):
    """G3: every shared path of the recipe resolves to the data that is put into `shared/`."""
    imported(typed, here)
    paths = {
        **{f"{path}/kept.bin": path for path in shape[1].dirs.split()},
        **{path: path for path in shape[1].files.split()},
    }
    for path in paths:
        where = tmp_path / "site" / "shared" / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(f"of users, at {path}\n")
    ended = typed("deploy", "--site", tmp_path / "site", "--source", here, "--yes", "--json")
    assert ended.code == 0, ended.err
    for path, link in paths.items():
        assert (tmp_path / "site" / "current" / path).read_text() == f"of users, at {path}\n"
        assert any(os.path.islink(tmp_path / "site" / "current" / one) for one in (link, *map(str, Path(link).parents)))
