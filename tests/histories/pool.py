"""What versions of the application may ship, and where its people may write: places that have quarrelled before."""

from __future__ import annotations

from collections.abc import Iterable

LARAVEL = {
    "artisan": "#!/usr/bin/env php\n",
    "composer.json": '{"require": {"php": "^8.2", "laravel/framework": "^11.0"}}\n',
    "bootstrap/cache/.gitignore": "*\n!.gitignore\n",
    "public/index.php": "<?php // {v}\n",
    "resources/views/home.blade.php": "home {v}\n",
    "storage/app/public/.gitignore": "*\n!.gitignore\n",
    "storage/logs/.gitignore": "*\n!.gitignore\n",
}
STATIC = {"public/index.php": "<?php // static {v}\n", "public/style.css": "body {}\n"}
"""Another framework altogether: no storage, and what was data stays data."""

PARTS = {
    "placeholder": {"public/uploads/.gitignore": "*\n!.gitignore\n"},
    "avatars": {
        ".gitignore": "/public/avatars\n",
        "public/avatars/a.svg": "<svg>a {v}</svg>\n",
        "public/avatars/b.svg": "<svg>b</svg>\n",
    },
    "flags": {"public/flags/de.svg": "<svg>de</svg>\n", "public/flags/fr.svg": "<svg>fr {v}</svg>\n"},
    "gallery": {"public/gallery/1.jpg": "picture {v}\n"},
    "gallery-page": {"public/gallery/index.php": "<?php echo 'gallery {v}';\n"},
    "certificates": {"public/certificates/index.php": "<?php echo 'certificates {v}';\n"},
    "certificates-file": {"public/certificates": "a file where a directory was, {v}\n"},
    "data": {"data/seed.json": '{"seed": "{v}"}\n'},
    "data-deep": {"data/deep/er/code.php": "<?php // {v}\n"},
    "content": {"content/home.md": "# home {v}\n", "content/about/us.md": "# us\n"},
    "robots": {"public/robots.txt": "robots {v}\n"},
    "sitemap": {"public/sitemap.xml": "<shipped {v}/>\n"},
    "storage-seed": {"storage/app/demo.txt": "demo {v}\n"},
    "certificate-seed": {"public/certificates/1.pdf": "a shipped certificate {v}\n"},
    "docs": {"public/docs/manual.html": "<p>{v}</p>\n"},
    "docs-link": {"public/manual": "-> docs"},
}
"""Each may come and go with any version; a text that begins with `-> ` is a symlink."""

PLACES = (
    "public/uploads/1.jpg",
    "public/uploads/deep/er/2.jpg",
    "public/avatars/a.svg",
    "public/avatars/mine.svg",
    "public/flags/de.svg",
    "public/flags/xx.svg",
    "public/gallery/1.jpg",
    "public/gallery/2.jpg",
    "public/gallery/sub/3.jpg",
    "public/certificates/1.pdf",
    "public/certificates/more/2.pdf",
    "public/certificates",
    "public/docs/manual.html",
    "public/docs/mine.pdf",
    "public/sitemap.xml",
    "public/robots.txt",
    "public/storage/x.png",
    "public/-rf",
    "public/a\nname",
    "public/.well-known/token",
    "data/user.json",
    "data/seed.json",
    "data/deep/mine.json",
    "content/home.md",
    "content/new.md",
    "content/about/me.md",
    "storage/app/1.pdf",
    "storage/app/demo.txt",
    "storage/app/public/1.png",
    "storage/logs/laravel.log",
    ".env",
    "notes.txt",
)


def files_of(parts: Iterable[str], version: int, *, static: bool) -> dict[str, str]:
    """What the version numbered VERSION ships; of two parts that want one name, the earlier has it."""
    wanted = [STATIC if static else LARAVEL, *(PARTS[part] for part in sorted(parts))]
    files: dict[str, str] = {}
    for path, text in (item for part in wanted for item in part.items()):
        if not any(_collides(path, other) for other in files):
            files[path] = text.replace("{v}", str(version))
    return files


def _collides(one: str, two: str) -> bool:
    return one == two or one.startswith(two + "/") or two.startswith(one + "/")
