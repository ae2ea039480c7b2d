"""Detection: whole dependency names, back ends before front ends, and no manifest that can break it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from holdfast_engine.rules.detect import detect
from holdfast_engine.rules.detect_packages import Packages
from holdfast_engine.rules.detect_report import explain_report, report


def source(files):
    """A listing of FILES, a mapping of paths to text; manifests may be given as dictionaries."""
    texts = {path: json.dumps(text) if isinstance(text, dict) else text for path, text in files.items()}
    return Listing.of_files({path: len(text) for path, text in texts.items()}, lambda path: _bytes(texts.get(path)))


def _bytes(text):
    return text if text is None or isinstance(text, bytes) else text.encode()


LARAVEL = {"artisan": "#!/usr/bin/env php", "composer.json": {"require": {"laravel/framework": "^11"}}}


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        (LARAVEL, "laravel"),
        ({**LARAVEL, "package.json": {"devDependencies": {"vue": "3", "vite": "5", "react": "18"}}}, "laravel"),
        ({**LARAVEL, "please": "", "composer.json": {"require": {"statamic/cms": "5"}}}, "statamic"),
        ({"composer.json": {"require": {"symfony/framework-bundle": "7"}}, "bin/console": ""}, "symfony"),
        ({"composer.json": {"require": {"roots/wordpress": "6", "roots/wp-config": "1"}}}, "bedrock"),
        ({"wp-includes/version.php": "<?php", "wp-load.php": ""}, "wordpress"),
        ({"composer.json": {"require": {"johnpbloch/wordpress": "6"}}, "wp-config.php": ""}, "wordpress"),
        ({"package.json": {"dependencies": {"next": "15", "react": "19"}}}, "nextjs"),
        ({"package.json": {"dependencies": {"react": "19"}, "devDependencies": {"vite": "6"}}}, "react-vite"),
        ({"package.json": {"dependencies": {"vue": "3"}, "devDependencies": {"vite": "6"}}}, "vue-vite"),
        ({"package.json": {"dependencies": {"react": "18", "react-scripts": "5"}}}, "react-cra"),
        ({"package.json": {"dependencies": {"vue": "2"}, "devDependencies": {"@vue/cli-service": "5"}}}, "vue-cli"),
        ({"manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'x.settings')"}, "django"),
        ({"requirements.txt": "Django>=4.2\ngunicorn\n"}, "django"),
        ({"pyproject.toml": '[project]\ndependencies = [\n  "django ~= 5.0",\n]\n'}, "django"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nDjango = "^5"\n'}, "django"),
        ({"Gemfile": "source 'x'\ngem 'rails', '~> 7.1'\n", "config.ru": ""}, "rails"),
        ({"bin/rails": "", "config/application.rb": ""}, "rails"),
        ({"index.html": "<html>", "style.css": ""}, "plain-static"),
        ({"index.php": "<?php", "index.html": ""}, "generic-php"),
        ({"main.go": "package main"}, "generic"),
        ({}, "generic"),
    ],
)  # fmt: skip
def test_a_framework_is_known_by_its_own_marks(files, framework):
    """Back-end markers beat `package.json`, products beat what they stand on."""
    assert detect(source(files)).framework == framework


@pytest.mark.parametrize(
    "manifest",
    [
        {"package.json": {"dependencies": {"next-auth": "4", "next-tick": "1", "nextra": "2"}}},
        {"package.json": {"dependencies": {"vue-router": "4", "react-router-dom": "6", "vite-node": "1"}}},
        {"composer.json": {"require": {"laravel/framework-extra": "1", "my/laravel-framework": "1"}}},
        {"requirements.txt": "djangorestframework==3.15\ndjango-environ\n"},
        {"Gemfile": "gem 'rails-html-sanitizer'\ngem 'rails_admin_theme'\n"},
    ],
)
def test_a_part_of_a_name_proves_nothing(manifest):
    """Dependency keys are compared whole, never as substrings."""
    assert detect(source(manifest)).framework in ("generic", "generic-php", "node", "python")


@pytest.mark.parametrize(
    "broken", ["{", "[]", '"laravel/framework"', '{"require": []}', '{"require": null}', "\ufeff{}", ""]
)
def test_a_broken_manifest_never_stops_detection(broken):
    """An application whose `package.json` cannot be read is still a Laravel application."""
    found = detect(source({"artisan": "", "package.json": broken, "composer.json": broken}))
    assert (found.framework, found.confidence) == ("laravel", 0.9)


@given(st.binary(max_size=200))
def test_any_bytes_may_stand_in_a_manifest(content):
    """Detection reads what people wrote, and much that they did not mean to."""
    files = (
        "composer.json",
        "package.json",
        "requirements.txt",
        "pyproject.toml",
        "Pipfile",
        "Gemfile",
        "Gemfile.lock",
        ".gitignore",
    )
    listing = Listing.of_files(dict.fromkeys(files, len(content)), lambda _path: content)
    assert report(listing, Settings())["framework"]


def test_an_application_one_level_down_is_found():
    """A top that holds nothing of its own is only a wrapper: `api/` is the application."""
    files = {
        "README.md": "",
        **{f"api/{path}": text for path, text in LARAVEL.items()},
        "web/package.json": {"dependencies": {"next": "1"}},
    }
    found = detect(source(files))
    assert (found.framework, found.app_root, found.web_root) == ("laravel", "api", "public")


def test_a_front_end_below_does_not_hide_the_application_at_the_top():
    """A PHP application with a `frontend/` of its own stays where its `index.php` is."""
    files = {"public/index.php": "<?php", "composer.json": {}, "frontend/package.json": {"dependencies": {"next": "1"}}}
    found = detect(source(files))
    assert (found.framework, found.app_root) == ("generic-php", ".")


def test_fixtures_of_tests_are_no_application():
    """`tests/` may hold a whole Laravel skeleton."""
    files = {f"tests/{path}": text for path, text in LARAVEL.items()}
    assert detect(source(files)).framework == "generic"


def test_a_workspace_is_one_application():
    """Packages of a workspace are installed at the top: the web root lies in the member, the data may lie above."""
    files = {
        "package.json": {"workspaces": ["apps/*"]},
        "apps/web/package.json": {"dependencies": {"next": "1"}},
        "apps/web/public/a.svg": "",
    }
    found = detect(source(files))
    assert (found.framework, found.app_root, found.web_root) == ("nextjs", ".", "apps/web/public")


def test_every_proof_that_held_is_told():
    """A person must be able to see why: file and rule."""
    evidence = detect(source(LARAVEL)).evidence
    assert {(ruling.path, ruling.care) for ruling in evidence} == {
        ("artisan", "framework"),
        ("composer.json", "framework"),
    }


def test_a_framework_that_is_said_is_not_searched_for():
    """Configuration beats detection; an unknown name is exit 10."""
    assert detect(source(LARAVEL), framework="symfony").framework == "symfony"
    with pytest.raises(Problem) as caught:
        detect(source(LARAVEL), framework="lavarel")
    assert caught.value.code == "framework-unknown"


def test_the_report_has_the_public_keys_and_speaks_of_the_application():
    """`detect --json`: paths relative to the app, no `./`, no trailing slash."""
    files = {
        **{f"src/{path}": text for path, text in LARAVEL.items()},
        "src/public/index.php": "<?php",
        "src/public/uploads/.gitignore": "*\n!.gitignore\n",
        "src/storage/app/.gitignore": "*\n!.gitignore\n",
        "src/.env.example": "APP_KEY=",
    }
    answer = report(source(files), Settings())
    assert set(answer) == {
        "framework", "with", "undecided", "hints", "confidence", "app_root", "web_root", "persistent",
        "persistent_files", "artifacts", "evidence",
    }  # fmt: skip
    assert (answer["framework"], answer["confidence"]) == ("laravel", 0.95)
    assert (answer["app_root"], answer["web_root"]) == ("src", "public")
    assert answer["persistent"] == ["public/uploads", "storage"]
    assert answer["persistent_files"] == [".env"]
    assert "public/build" in answer["artifacts"]
    assert all(set(line) == {"path", "care", "rule", "source"} for line in answer["evidence"])


def test_what_the_source_leaves_out_is_reported_when_it_looks_like_data():
    """Ignored by git does not mean disposable: the usual reason is that it is user data."""
    ignore = "/node_modules\n/data\n/dist/\nconfig.json\n*.log\n/coverage\n"
    answer = report(source({"package.json": {"dependencies": {"express": "4"}}, ".gitignore": ignore}), Settings())
    assert answer["persistent"] == ["data"]
    assert answer["persistent_files"] == ["config.json"]


def test_output_that_is_ignored_promises_no_data_in_it():
    """A builder's output is always ignored: what may be data in it is told where it exists."""
    ignore = "/.next\n/uploads\n"
    answer = report(source({"package.json": {"dependencies": {"next": "15"}}, ".gitignore": ignore}), Settings())
    assert answer["persistent"] == ["uploads"]


def test_an_explanation_lists_every_rule_that_spoke():
    """`explain PATH`: the first decides, the others are told as well."""
    answer = explain_report(
        source({**LARAVEL, "public/index.php": ""}), Settings(shared=("public/uploads/",)), "public/uploads/a.png"
    )
    assert answer["care"] == "shared"
    assert [line["rule"] for line in answer["rulings"]] == ["configuration", "preset", "name", "default"]


def test_an_explanation_says_what_is_data_where_the_site_is_live():
    """`detect` names the folder, and says that `explain` says more."""
    files = source({"index.php": "<?php\n", "photos/a.jpg": "jpg", "lib/a.php": "<?php\n"})
    assert explain_report(files, Settings(), "photos/a.jpg")["notes"] == [
        "where this site is live, `photos` is data: `holdfast adopt . --plan` says what it would do"
    ]
    assert explain_report(files, Settings(), "lib/a.php")["notes"] == []


def test_names_of_packages_are_read_from_every_usual_manifest():
    """Requirements, PEP 621 lists, Poetry tables, Pipfiles and lock files."""
    listing = source(
        {
            "requirements.txt": "-r base.txt\n# comment\nFlask[async]==3.0 ; python_version > '3'\n",
            "pyproject.toml": '[project]\ndependencies = ["wagtail>=6", "psycopg[binary]"]\n[tool.x]\nnot = "one"\n',
            "Pipfile": '[packages]\ndjango = "*"\n',
            "Gemfile.lock": "GEM\n  specs:\n    rails (7.1.0)\n      actionpack (= 7.1.0)\n",
        }
    )
    packages = Packages(listing)
    assert packages.python == {"flask", "wagtail", "psycopg", "django"}
    assert packages.gem == {"rails"}
