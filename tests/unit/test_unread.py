"""What a source ignores by name and no server has: it is not announced, and is data where it is found all the same."""

import json

import pytest

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.request import Settings
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.detect import detect
from holdfast_engine.rules.detect_report import report


def source(files):
    texts = {path: (text if isinstance(text, str) else json.dumps(text)).encode() for path, text in files.items()}
    return Listing.of_files({path: len(text) for path, text in texts.items()}, texts.get)


def kept(files):
    answer = report(source(files), Settings())
    return {*answer["persistent"], *answer["persistent_files"]}


def hints(files):
    return set(report(source(files), Settings())["hints"])


def found_live(files, *paths):
    listing = source(files)
    return {one.path for one in Classifier(listing, detect(listing), Settings()).shared_paths(paths)}


def npm(*names, **more):
    return {"dependencies": dict.fromkeys(names, "*"), **more}


NEXT = {"package.json": npm("next"), "public/favicon.ico": "x"}
WORKSPACE = {
    "package.json": {"workspaces": ["apps/*"]},
    "apps/web/package.json": npm("next"),
    "apps/worker/package.json": npm("bullmq"),
    "apps/phone/package.json": npm("expo", "react-native"),
    **{f"apps/{one}/.env.example": "URL=" for one in ("web", "worker", "phone")},
    ".gitignore": ".env\n",
}
FLASK = {"requirements.txt": "Flask==3", "app.py": "app = Flask(__name__)"}
DJANGO = {"requirements.txt": "Django==5", "manage.py": "DJANGO_SETTINGS_MODULE", "shop/settings.py": "DEBUG = False"}
TEMPLATE = """# Byte-compiled / optimized / DLL files
__pycache__/

# Django stuff:
*.log
local_settings.py
db.sqlite3
db.sqlite3-journal

# Flask stuff:
instance/

# Environments
.env
"""
WORDPRESS = {"index.php": "<?php", "wp-load.php": "<?php", "wp-includes/version.php": "<?php", "wp-content/a.php": ""}


class TestWhatNoServerReads:
    def test_the_environment_of_an_application_for_phones(self):
        """It is built into the program; those of what runs on the server are announced."""
        assert {path for path in kept(WORKSPACE) if ".env" in path} == {".env", "apps/web/.env", "apps/worker/.env"}

    def test_but_of_the_application_itself_it_is_read(self):
        """Somebody deploys what Expo makes for browsers."""
        assert ".env" in kept({"package.json": npm("expo", "express"), ".env.example": "", ".gitignore": ".env\n"})

    def test_a_database_of_prisma_where_no_schema_is(self):
        """SQLite makes no directories, and Prisma opens the file beside its schema, which is shipped."""
        files = {**NEXT, ".gitignore": "prisma/dev.db\n", "packages/db/prisma/schema.prisma": "x"}
        assert "prisma/dev.db" not in kept(files)
        assert "prisma/dev.db" in kept({**files, "prisma/schema.prisma": "x"})
        assert "prisma/dev.db" in found_live(files, "prisma/dev.db")

    def test_settings_that_the_source_ships_at_the_other_place_for_them(self):
        """WordPress looks beside its core and above it."""
        files = {
            "composer.json": {"require": {"johnpbloch/wordpress": "6"}},
            ".gitignore": "/wordpress/wp-config.php\n",
        }
        assert "wordpress/wp-config.php" in kept(files)
        assert "wordpress/wp-config.php" not in kept({**files, "wp-config.php": "<?php"})
        assert "wordpress/wp-config.php" in found_live({**files, "wp-config.php": "x"}, "wordpress/wp-config.php")


class TestWhatEveryListHas:
    @pytest.mark.parametrize(
        ("files", "line"),
        [
            (NEXT, "certificates"),
            ({"package.json": npm("@strapi/strapi"), "public/robots.txt": ""}, "exports"),
            ({"mix.exs": "{:phoenix, 1}", "config/config.exs": "", "lib/a.ex": ""}, "/doc/"),
            (WORDPRESS, "wp-content/advanced-cache.php"),
            (
                {
                    "composer.json": {"require": {"yiisoft/yii2": "*"}},
                    "yii": "#!",
                    "frontend/a.php": "",
                    "backend/a.php": "",
                },
                "common/config/test-local.php",
            ),
            ({"artisan": "#!", "public/index.php": "<?php"}, "/auth.json"),
        ],
    )
    def test_a_line_that_the_framework_s_own_tools_write(self, files, line):
        """It says nothing of this application."""
        assert line.strip("/") not in kept({**files, ".gitignore": f"{line}\n"})

    def test_it_is_data_where_it_is_found(self):
        """G2: certificates that an application issues, exports that somebody made."""
        assert "certificates" in found_live({**NEXT, ".gitignore": "certificates\n"}, "certificates/ada.pdf")

    def test_and_a_line_of_another_framework_s_tools_is_the_author_s(self):
        """`exports` in an application of Laravel."""
        assert "exports" in kept({"artisan": "#!", "public/index.php": "<?php", ".gitignore": "/exports\n"})

    def test_a_block_for_a_framework_that_is_not_here(self):
        """Every template for Python has one for Django."""
        assert kept({**FLASK, ".gitignore": TEMPLATE}) == {"instance", ".env"}
        assert {"db.sqlite3", ".env"} <= kept({**DJANGO, ".gitignore": TEMPLATE})
        assert "db.sqlite3" in kept({**FLASK, ".gitignore": ".env\ndb.sqlite3\n"})

    @pytest.mark.parametrize(
        "heading", ["### Django ###", "#django", "# Django specific", "########\n# Django #\n########"]
    )
    def test_a_heading_is_known_in_any_dress(self, heading):
        """As generators and people write it; an empty line ends the block."""
        assert "db.sqlite3" not in kept({**FLASK, ".gitignore": f"{heading}\ndb.sqlite3\n"})
        assert "db.sqlite3" in kept({**FLASK, ".gitignore": f"{heading}\n\ndb.sqlite3\n"})

    def test_local_settings_of_a_template_count_where_settings_ask_for_them(self):
        """`from .local_settings import *`, or a line of the author's own."""
        files = {**DJANGO, ".gitignore": TEMPLATE}
        assert "local_settings.py" not in kept(files)
        assert "local_settings.py" in kept({**files, "shop/settings.py": "from local_settings import *"})
        assert "local_settings.py" in kept({**DJANGO, ".gitignore": "local_settings.py\n"})


class TestWhatALineMeans:
    def test_a_line_without_a_slash_means_where_the_preset_has_that_name(self):
        """`uploads` of Laravel is served: at the top is none."""
        files = {"artisan": "#!", "public/index.php": "<?php", ".gitignore": "uploads\n"}
        assert {path for path in kept(files) if "uploads" in path} == {"public/uploads"}

    def test_a_line_with_stars_before_it_holds_at_any_depth_as_well(self):
        """`**/App_Data/`, as lists of .NET have them."""
        project = '<Project Sdk="Microsoft.NET.Sdk.Web"/>'
        files = {"src/Shop.Web/Shop.Web.csproj": project, "src/Shop.Web/wwwroot/a.css": "x"}
        lines = "**/App_Data/\n**/wwwroot/media/*\n**/rows/Data/\n"
        assert kept({**files, ".gitignore": lines}) == {"App_Data", "wwwroot/media", "rows/Data"}

    def test_and_in_an_application_below_it_means_the_application_s(self):
        """The list lies at the top for all that is below."""
        below = {"backend/package.json": npm("express"), "backend/server.js": "x", "frontend/package.json": npm("vue")}
        assert {"data", "config.json"} <= kept({**below, ".gitignore": "data/\nconfig.json\nnode_modules\n"})

    def test_settings_at_the_top_belong_to_an_application_below_it(self):
        """By a line of their own; the environment there is that of the tools which start all."""
        below = {"backend/package.json": npm("express"), "backend/server.js": "x", "frontend/package.json": npm("vue")}
        assert kept({**below, ".gitignore": "/config.yaml\n/.env\n/data/\n"}) == {"../config.yaml"}
        ignoring = {**below, ".env.example": "A=", ".gitignore": ".env\n"}
        assert kept(ignoring) == {"../.env", ".env"}
        assert kept({**ignoring, "backend/.env.example": "B="}) == {".env"}

    def test_a_line_for_all_that_is_no_author_s_names_no_data(self):
        """A list of exceptions: of what plugins may make beside shipped themes nothing is promised; of a place of which
        all is ignored it is.
        """
        files = {**WORDPRESS, "wp-content/themes/club/a.css": "x", ".gitignore": "wp-content/*\n!wp-content/themes/\n"}
        assert kept(files) == {"wp-content/uploads"}
        assert "wp-content/languages" in found_live(files, "wp-content/languages/de.mo")
        assert "wp-content/languages" in kept({**files, ".gitignore": "/wp-content/languages\n"})
        magento = {"bin/magento": "", "composer.json": {"require": {"magento/product-community-edition": "2"}}}
        assert "var/export" in kept({**magento, "var/.htaccess": "x", ".gitignore": "/var/*\n!/var/.htaccess\n"})

    def test_a_candidate_in_a_directory_that_is_not_here_is_none(self):
        """Of the places that Flask may have for uploads those count of which the rest exists."""
        files = {**FLASK, "static/site.css": "x", ".gitignore": "uploads/\n"}
        assert {path for path in kept(files) if "uploads" in path} == {"uploads", "static/uploads"}

    def test_a_directory_above_the_application_says_nothing_of_what_is_in_it(self):
        """`src` is where the application lies, and no place of a tool: data below it is announced and waits."""
        files = {
            "Shop.sln": "x",
            "src/Shop.Web/Shop.Web.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
            "src/Shop.Web/wwwroot/site.css": "x",
            "src/Shop.Web/scans/.gitkeep": "",
            ".gitignore": "bin/\n/src/Shop.Web/App_Data/\nsrc/Shop.Web/shop.db\nappsettings.Production.json\n",
        }
        assert kept(files) == {"App_Data", "shop.db", "appsettings.Production.json", "scans"}
        assert Classifier(source(files), detect(source(files)), Settings()).stray_target(
            "src/Shop.Web/App_Data/1.xml", "file"
        ) == ("shared", "src/Shop.Web/App_Data")

    @pytest.mark.parametrize(
        ("files", "path"),
        [
            (
                {"bin/magento": "", "composer.json": {"require": {"magento/product-community-edition": "2"}}},
                "app/etc/env.php",
            ),
            ({"composer.json": {"require": {"cakephp/cakephp": "5"}}, "config/app.php": ""}, "config/app_local.php"),
            ({"package.json": npm("express"), "server.js": "x"}, "config/config.env"),
            ({"pom.xml": "spring-boot-starter-web"}, "src/main/resources/application-prod.properties"),
        ],
    )
    def test_settings_that_the_preset_knows_or_that_lie_among_code_are_announced(self, files, path):
        """One server's own, wherever authors have put them."""
        assert path in kept({**files, ".gitignore": f"/{path}\n"})
        assert "tests/config.php" not in kept({**files, ".gitignore": "/tests/config.php\n"})

    def test_a_file_that_the_application_names_and_the_source_ignores_is_announced(self):
        """By a wildcard, too: one of those who develop it is not."""
        settings = {"config/database.yml": "a:\n  database: db/main.sqlite3\nb:\n  database: db/development.sqlite3\n"}
        files = {"bin/rails": "x", "Gemfile": "gem 'rails'", **settings, ".gitignore": "/db/*.sqlite3\n"}
        assert {path for path in kept(files) if path.startswith("db/")} == {"db/main.sqlite3"}
