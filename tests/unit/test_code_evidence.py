"""What makes a file look like code, and what does not: by its name, its place and how it begins."""

from __future__ import annotations

import pytest

from holdfast_engine.rules.code_evidence import evidence, evidence_among_data, is_migration


def words(path, content=b"", web_root="public"):
    return [one.word for one in evidence(path, len(content), web_root, lambda _path: content)]


@pytest.mark.parametrize(
    ("path", "content", "found"),
    [
        ("public/tool.php", b"<?php echo 1;", ["runs"]),
        ("public/index.php", b"<?php // nothing to see", []),
        ("app/Models/User.php", b"<?php\nnamespace App;\nfinal class User extends Model\n{", ["runs", "class"]),
        ("lib/shop.rb", b"module Shop\n  class Cart\n", ["runs", "class"]),
        ("src/Shop.java", b"package shop;\npublic class Shop {", ["class"]),
        ("bin/nightly", b"#!/usr/bin/env python3\n", ["started"]),
        ("package.json", b"{}", ["manifest"]),
        ("db/migrations/first.sql", b"create table a", ["migration"]),
        ("2024_05_01_120000_create_orders.php", b"<?php return 1; // orders", ["runs", "migration"]),
        ("public/ads.txt", b"google.com", []),
        ("public/sitemap.xml", b"<urlset>", []),
        (".htaccess", b"Deny from all", []),
        ("notes.md", b"class of 2024\n", []),
        ("public/style.css", b".class { color: red }", []),
        ("report-20240501120000.pdf", b"%PDF", []),
    ],
)
def test_evidence_of_a_file_beside_code(path, content, found):
    """Scripts, classes, migrations, manifests; neither a verification file nor a note."""
    assert words(path, content) == found


def test_a_script_in_the_web_root_is_named_as_such():
    """There somebody may ask for it."""
    (inside,) = evidence("public/tool.php", 20, "public", lambda _path: b"<?php echo 'hello';")
    (outside,) = evidence("app/tool.php", 20, "public", lambda _path: b"<?php echo 'hello';")
    assert ("web root" in inside.text, "web root" in outside.text) == (True, False)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("public/uploads/shell.php", ["runs"]),
        ("public/uploads/widget.js", []),
        ("public/uploads/photo.jpg", []),
        ("storage/framework/views/0a1b.php", []),
        ("public/cache/page.php", []),
        ("storage/app/export.php", []),
        ("storage/app/migrations/1.php", ["migration"]),
    ],
)
def test_evidence_among_data_is_what_a_server_runs_when_it_is_asked_for(path, found):
    """Compiled templates and what browsers run are the application's, and users', own."""
    assert [one.word for one in evidence_among_data(path, 30, "public", lambda _path: b"<?php system('id');")] == found


@pytest.mark.parametrize("path", ["migrations/readme.txt", "1699999999_report.js", "photos/20240101120000_a.jpg"])
def test_a_number_alone_makes_no_migration(path):
    """Applications number what users hand in."""
    assert not is_migration(path)
