"""The small applications: where their trees lie, how they are built, served and restarted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from kinds.small import Recipe, said

_WORKERS = "gunicorn --workers 2 --bind 127.0.0.1:8000"
NODE = "/opt/node/bin/node"


def _npm(name: str, *packages: str) -> Callable[[], Iterator[str]]:
    def told() -> Iterator[str]:
        yield f"node {said(NODE, '--version').lstrip('v')}"
        for package in packages:
            with open(f"/opt/node/{name}/node_modules/{package}/package.json", encoding="utf-8") as file:
                yield f"{package} {json.load(file)['version']}"

    return told


def _modules(name: str) -> str:
    return f"cp -a /opt/node/{name}/node_modules ."


_NEXT = "NEXT_TELEMETRY_DISABLED=1 /opt/node/bin/node node_modules/next/dist/bin/next"
_NEXT_HERE = f"NODE_ENV=production {_NEXT} start -H 127.0.0.1 -p 8000"
_STANDALONE = "cp -r public .next/standalone/ && cp -r .next/static .next/standalone/.next/"

RECIPES = {
    "flask": Recipe("flask", f"{_WORKERS} app:app", ("python3-flask", "gunicorn")),
    "fastapi": Recipe(
        "fastapi", "python3 -m uvicorn --host 127.0.0.1 --port 8000 main:app", ("python3-fastapi", "python3-uvicorn")
    ),
    "django": Recipe(
        "django",
        f"{_WORKERS} club.wsgi",
        ("python3-django", "gunicorn"),
        build=("python3 manage.py collectstatic --noinput",),
        hand=("python3 manage.py migrate --noinput",),
        hooks_before=("python3 manage.py migrate --noinput",),
        outputs=("staticfiles/",),
        made=("media",),
    ),
    "rails": Recipe(
        "rails",
        "env RAILS_ENV=production puma --bind tcp://127.0.0.1:8000 --threads 2:4 config.ru",
        ("rails", "ruby-sqlite3", "puma"),
        hand=("RAILS_ENV=production ruby bin/rails db:migrate",),
        hooks_before=("RAILS_ENV=production ruby bin/rails db:migrate",),
    ),
    "express": Recipe(
        "express",
        f"{NODE} server.js",
        build=(_modules("express"),),
        outputs=("node_modules/",),
        told_by=_npm("express", "express", "better-sqlite3"),
    ),
    "lowdb": Recipe(
        "lowdb",
        f"{NODE} server.js",
        build=(_modules("lowdb"),),
        hooks="stop",
        outputs=("node_modules/",),
        told_by=_npm("lowdb", "express", "lowdb"),
    ),
    "nextjs": Recipe(
        "nextjs",
        _NEXT_HERE.replace("NODE_ENV", "env NODE_ENV"),
        build=(_modules("nextjs"), f"{_NEXT} build"),
        outputs=("node_modules/", ".next/"),
        told_by=_npm("nextjs", "next"),
    ),
    "nextjs-standalone": Recipe(
        "nextjs",
        f"env HOSTNAME=127.0.0.1 PORT=8000 {NODE} .next/standalone/server.js",
        build=(_modules("nextjs"), f"STANDALONE=1 {_NEXT} build", _STANDALONE),
        outputs=("node_modules/", ".next/"),
        told_by=_npm("nextjs", "next"),
    ),
    "sveltekit": Recipe(
        "sveltekit",
        f"env HOST=127.0.0.1 PORT=8000 ORIGIN=http://127.0.0.1 {NODE} build",
        build=(_modules("sveltekit"), f"{NODE} node_modules/vite/bin/vite.js build"),
        outputs=("node_modules/", "build/", ".svelte-kit/"),
        told_by=_npm("sveltekit", "@sveltejs/kit", "@sveltejs/adapter-node"),
    ),
}
PAGES = {
    "vite": Recipe(
        "vite",
        "",
        build=(_modules("vite"), f"{NODE} node_modules/vite/bin/vite.js build"),
        outputs=("node_modules/", "dist/assets/", "dist/index.html", "dist/version.txt"),
        hooks="",
        web_root="/dist",
        told_by=_npm("vite", "vite"),
    ),
    "hugo": Recipe(
        "hugo",
        "",
        ("hugo",),
        build=("hugo --quiet",),
        outputs=("public/index", "public/news", "public/version.txt", "public/sitemap.xml", "public/404.html"),
        hooks="",
        web_root="/public",
    ),
    "jekyll": Recipe(
        "jekyll",
        "",
        ("jekyll",),
        build=("env -u BUNDLE_GEMFILE JEKYLL_NO_BUNDLER_REQUIRE=true jekyll build --quiet",),
        outputs=("_site/index", "_site/2026", "_site/version.txt", ".jekyll-cache"),
        hooks="",
        web_root="/_site",
    ),
}
