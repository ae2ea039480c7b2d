"""Rule 3: what the application itself says about its data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.request import Settings
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.declared import declared
from holdfast_engine.rules.presets import load


def source(files):
    return Listing.of_files(
        {path: len(text) for path, text in files.items()},
        lambda path: files[path].encode() if path in files else None,
    )


def found(files, **places):
    return {one.path: one.care for one in declared(source(files), **places)}


def disk(root):
    return {
        "config/filesystems.php": f"<?php return ['disks' => ['local' => [\n 'root' => {root},\n ]]];",
    }


@pytest.mark.parametrize(
    ("root", "path"),
    [
        ("public_path('user-uploads')", "public/user-uploads"),
        ('public_path("user-uploads/")', "public/user-uploads"),
        ("public_path('/files/a')", "public/files/a"),
        ("public_path() . '/media'", "public/media"),
        ("public_path().DIRECTORY_SEPARATOR.'media'", "public/media"),
        ("env('DISK_ROOT', public_path('media'))", "public/media"),
        ("$_ENV['ROOT'] ?? public_path('media')", "public/media"),
        ("storage_path('app/private')", "storage/app/private"),
        ("base_path('media')", "media"),
    ],
)
def test_the_root_of_a_disk_is_data(root, path):
    """`config/filesystems.php` names where uploads go, whatever the directory is called."""
    assert found(disk(root)) == {path: "shared"}


@pytest.mark.parametrize(
    "root",
    [
        "public_path()",
        "public_path('')",
        "public_path('/')",
        "public_path('.')",
        "public_path('..')",
        "public_path('a/../../..')",
        "base_path()",
        "base_path('public')",
        "base_path('../outside')",
        "$root",
    ],
)
def test_a_disk_never_shares_the_whole_web_root(root):
    """`public_path('')` would freeze all code at the first release."""
    assert found(disk(root)) == {}


def test_comments_are_not_read():
    """What is commented out is not in force; a URL in a string is no comment."""
    text = """<?php
    // 'root' => public_path('old'),
    # 'root' => public_path('older'),
    /* 'root' => public_path('oldest'), */
    'url' => 'https://example.org/x', 'root' => public_path('new'),
    """
    assert found({"config/filesystems.php": text}) == {"public/new": "shared"}


def test_an_application_below_the_top_is_read_there():
    """Paths are relative to the release."""
    files = {"api/" + path: text for path, text in disk("public_path('media')").items()}
    assert found(files, app_root="api", web_root="web") == {"api/web/media": "shared"}


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("DB_DATABASE=storage/database/app.sqlite", {"storage/database/app.sqlite"}),
        ('DB_DATABASE="data/app.db"', {"data/app.db"}),
        ("DB_DATABASE=laravel", set()),
        ("DB_DATABASE=/var/lib/app.sqlite", set()),
        ("DB_DATABASE=../app.sqlite", set()),
        ("# DB_DATABASE=data/app.db", set()),
    ],
)
def test_a_database_in_a_file_is_data(line, paths):
    """A relative `DB_DATABASE` lies in the release and would be left behind."""
    assert set(found({".env": f"APP_NAME=x\n{line}\n"})) == paths


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("MEDIA_ROOT = os.path.join(BASE_DIR, 'media')", {"media": "shared"}),
        ("MEDIA_ROOT = BASE_DIR / 'data' / 'media'", {"data/media": "shared"}),
        ('MEDIA_ROOT = str(BASE_DIR / "uploads")', {"uploads": "shared"}),
        ('MEDIA_ROOT = os.path.join(\n    PROJECT_ROOT,\n    "media",\n)', {"media": "shared"}),
        ("MEDIA_ROOT: str = BASE_DIR / 'media'", {"media": "shared"}),
        ("MEDIA_ROOT = 'media/'", {"media": "shared"}),
        ("MEDIA_ROOT = '/srv/media'", {}),
        ("MEDIA_ROOT = BASE_DIR", {}),
        ("SHOP = Path(__file__).parent\nMEDIA_ROOT = SHOP", {}),
        ("MEDIA = Path(__file__).parent / 'given'\nMEDIA_ROOT = MEDIA", {"shop/given": "shared"}),
        ("MEDIA_ROOT = os.path.join(BASE_DIR, '..', 'media')", {}),
        ("# MEDIA_ROOT = BASE_DIR / 'media'", {}),
        ("STATIC_ROOT = BASE_DIR / 'collected'", {"collected": "artifact"}),
        ("STATIC_ROOT = BASE_DIR / 'public'", {"public": "artifact"}),
        ("MEDIA_ROOT = BASE_DIR / 'public'", {}),
        ("DATABASES = {'default': {'NAME': BASE_DIR / 'db.sqlite3'}}", {"db.sqlite3": "shared"}),
        ("DATABASES = {'default': {'NAME': 'shop'}}", {}),
    ],
)
def test_django_settings_name_media_static_and_database(line, expected):
    """`MEDIA_ROOT` is data, `STATIC_ROOT` is output, a SQLite `NAME` is a database."""
    assert found({"shop/settings.py": f"import os\n{line}\nDEBUG = True\n"}) == expected


@pytest.mark.parametrize(
    ("file", "lines", "path"),
    [
        ("shop/settings.py", "BASE_DIR = Path(__file__).resolve().parent.parent", "media"),
        ("shop/settings/base.py", "BASE_DIR = Path(__file__).resolve(strict=True).parent.parent", "shop/media"),
        ("src/shop/settings.py", "BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))", "src/media"),
        ("src/shop/settings.py", "BASE_DIR = os.path.join(os.path.dirname(__file__), '..', '..')", "media"),
        ("a/settings/base.py", "BASE_DIR = Path(__file__).resolve().parents[2]", "media"),
        ("a/settings/base.py", "BASE_DIR = environ.Path(__file__) - 2", "a/media"),
        ("a/settings.py", "HERE = Path(__file__).parent\nBASE_DIR = HERE.parent / 'data'", "data/media"),
        ("a/settings.py", "BASE_DIR = Path(__file__).parent.parent.parent", ""),
        ("a/settings.py", "BASE_DIR = env('BASE', default=Path(__file__).parent / 'own')", "a/own/media"),
        ("src/shop/settings.py", "from shop.paths import BASE_DIR", "src/media"),
    ],
)
def test_a_base_directory_is_where_the_settings_say(file, lines, path):
    """G2: so many steps up from the file; where nothing says so, it is the place of `manage.py`; never outside."""
    top = "src/" if file.startswith("src/") else ""
    files = {f"{top}manage.py": "", file: f"{lines}\nMEDIA_ROOT = os.path.join(BASE_DIR, 'media')\n"}
    assert found(files) == ({path: "shared"} if path else {})


def test_a_base_directory_of_other_settings_beside_them_counts():
    """`from .base import *`, and names made of names."""
    files = {
        "config/settings/base.py": "ROOT = Path(__file__).resolve().parent.parent.parent\nAPPS_DIR = ROOT / 'club'\n",
        "config/settings/production.py": "from .base import *\nMEDIA_ROOT = str(APPS_DIR / 'media')\n"
        "DATABASES = {'default': {'NAME': str(ROOT / 'db.sqlite3')}}\n",
    }
    assert found(files) == {"club/media": "shared", "db.sqlite3": "shared"}


def test_a_database_that_python_names_by_an_address():
    """From where the application is started, or beside the file; what belongs to a test is none of the site's."""
    joins = "here = os.path.dirname(os.path.abspath(__file__))\nURI = 'sqlite:///' + os.path.join(here, 'app.db')\n"
    files = {"database.py": 'engine = create_engine("sqlite+aiosqlite:///./rows/club.db")\n', "shop/config.py": joins}
    assert found(files) == {"rows/club.db": "shared", "shop/app.db": "shared"}
    assert found({"conf.py": 'URL = "sqlite:///./test.db"\nOTHER = "sqlite:////var/x.db"\n'}) == {}


def test_rails_names_disks_and_databases():
    """`config/storage.yml` and `config/database.yml`, without those of the tests."""
    files = {
        "config/storage.yml": 'local:\n  root: <%= Rails.root.join("files", "blobs") %>\n'
        'test:\n  root: <%= Rails.root.join("tmp/storage") %>\n',
        "config/database.yml": "production:\n  database: data/production.sqlite3\ntest:\n  database: db/test.sqlite3\n",
    }
    assert found(files) == {"files/blobs": "shared", "data/production.sqlite3": "shared"}


def test_a_declaration_decides_after_the_preset_and_before_the_name():
    """Rule 3: the path is linked, and the evidence says which line of which file."""
    listing = source({"artisan": "", "public/app.css": "x", **disk("public_path('hub')")})
    rules = Classifier(listing, load("laravel"), Settings())
    assert "public/hub" in {one.path for one in rules.shared_paths()}
    said = rules.ruling("public/hub/a.png")
    assert (said.care, said.rule) == ("shared", "declared")
    assert "config/filesystems.php" in said.source


def test_a_declaration_inside_build_output_beats_the_preset():
    """I28: a media directory below the collected files is data, whatever the preset says of what is around it."""
    listing = source({"manage.py": "", "shop/settings.py": "MEDIA_ROOT = BASE_DIR / 'staticfiles' / 'media'\n"})
    rules = Classifier(listing, load("django"), Settings())
    said = rules.ruling("staticfiles/media/a.png")
    assert (said.care, said.rule) == ("shared", "declared")
    assert rules.ruling("staticfiles/site.css").care == "artifact"
    assert rules.leads_to_data("staticfiles")


def test_a_declared_directory_that_ships_a_program_is_not_shared_as_a_whole():
    """`public_path('js')` as a disk: its code must change with the release; strays go along one by one."""
    listing = source({"artisan": "", "public/js/app.js": "x", **disk("public_path('js')")})
    rules = Classifier(listing, load("laravel"), Settings())
    assert "public/js" not in {one.path for one in rules.shared_paths()}
    assert rules.stray_target("public/js/written.js", "file") == ("carried", "public/js/written.js")


@given(st.text(max_size=300))
def test_any_text_may_stand_in_these_files(text):
    """Reading is tolerant: what is not understood declares nothing, and nothing ever leaves the release."""
    files = dict.fromkeys(
        ("config/filesystems.php", ".env", "a/settings.py", "config/storage.yml", "config/database.yml"),
        f"'root' => public_path('{text}')\nMEDIA_ROOT = BASE_DIR / '{text}'\nDB_DATABASE={text}.db\n",
    )
    for path in found(files):
        assert path
        assert ".." not in path.split("/")
        assert not path.startswith("/")


def test_symfony_s_settings_name_where_uploads_go():
    """G2: parameters and bundles name the place; templates, fixtures and caches are none of data."""
    files = {
        "config/services.yaml": "parameters:\n  brochures_directory: '%kernel.project_dir%/public/brochures'\n"
        "  fixtures_directory: '%kernel.project_dir%/fixtures'\n"
        "  templates_directory: '%kernel.project_dir%/templates'\n",
        "config/packages/vich_uploader.yaml": "      upload_destination: '%kernel.project_dir%/portraits'\n",
        "config/packages/flysystem.yaml": "        directory: '%kernel.project_dir%/var/storage/default'\n"
        "        upload_cache: '%kernel.project_dir%/var/cache/uploads'\n"
        "        upload: '%kernel.project_dir%/../out'\n",
    }
    assert set(found(files)) == {"public/brochures", "portraits", "var/storage/default"}


def test_craft_s_project_configuration_names_each_file_system():
    """G2: a local file system of an asset volume is a data directory, wherever it lies."""
    files = {"config/project/fs/photos.yaml": "settings:\n  path: '@webroot/photos'\n  url: '@web/photos'\n",
             "config/project/fs/private.yaml": "settings:\n  path: '@root/private'\n",
             "config/project/fs/bad.yaml": "settings:\n  path: '@webroot/../../etc'\n"}  # fmt: skip
    assert set(found(files)) == {"public/photos", "private"}
