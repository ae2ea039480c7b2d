"""Detection of where the application is: below the top, beside its web root, as a member, in an earlier version."""

import json

import pytest

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.request import Settings
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.detect import detect
from holdfast_engine.rules.detect_report import report


def source(files):
    """A listing of FILES, a mapping of paths to text; manifests may be given as dictionaries."""
    texts = {path: (text if isinstance(text, str) else json.dumps(text)).encode() for path, text in files.items()}
    return Listing.of_files({path: len(text) for path, text in texts.items()}, texts.get)


def below(place, files):
    return {f"{place}/{path}": text for path, text in files.items()}


def composer(*names):
    return {"composer.json": {"require": dict.fromkeys(names, "*")}}


def npm(*names, **more):
    return {"package.json": {"dependencies": dict.fromkeys(names, "*"), **more}}


LARAVEL = {"artisan": "#!", "bootstrap/app.php": "<?php", "storage/logs/.gitkeep": "", **composer("laravel/framework")}
WORDPRESS = {"index.php": "<?php", "wp-load.php": "<?php", "wp-includes/version.php": "<?php", "wp-content/a.php": ""}
DJANGO = {"manage.py": "DJANGO_SETTINGS_MODULE", "club/wsgi.py": ""}
DOTNET = {"Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"/>', "wwwroot/site.css": ""}
CRA = {"public/index.html": "", **npm("react", "react-scripts")}
FRONT = "<?php\nrequire __DIR__ . '/{0}vendor/autoload.php';\n$app = require_once __DIR__.'/{0}bootstrap/app.php';\n"


@pytest.mark.parametrize(
    ("files", "framework", "app_root", "web_root"),
    [
        ({"index.php": FRONT.format("core/"), **below("core", LARAVEL)}, "laravel", "core", ".."),
        ({"index.php": FRONT.format("app/inner/"), **below("app/inner", LARAVEL)}, "laravel", "app/inner", "../.."),
        ({"www/index.php": FRONT.format("../club/"), **below("club", LARAVEL)}, "laravel", "club", "../www"),
        (
            {"index.php": "<?php require 'club/public/index.php';", **below("club", LARAVEL)},
            "laravel",
            "club",
            "public",
        ),
        ({"index.php": FRONT.format(""), **LARAVEL}, "laravel", ".", "."),
        ({"public_html/index.php": FRONT.format("../"), **LARAVEL}, "laravel", ".", "public_html"),
        (
            {"index.php": "<?php require('./blog/wp-blog-header.php');", **below("blog", WORDPRESS)},
            "wordpress",
            "blog",
            ".",
        ),
        (
            {
                "index.php": "<?php require('./wp/wp-blog-header.php');",
                "wp-content/themes/a.css": "",
                "wp/wp-load.php": "",
            },
            "wordpress",
            ".",
            ".",
        ),
    ],
)
def test_a_front_page_leads_to_the_application_and_is_its_web_root(files, framework, app_root, web_root):
    """What the page requires is the application; it is served from where the page lies."""
    found = detect(source(files))
    assert (found.framework, found.app_root, found.web_root) == (framework, app_root, web_root)


def test_data_beside_the_application_is_named_relative_to_it():
    """INTERFACE, `detect --json`: paths are relative to the app, and what is served is the app's wherever it lies."""
    files = {"index.php": FRONT.format("core/"), "uploads/.gitkeep": "", ".env.example": "", **below("core", LARAVEL)}
    found = report(source(files), Settings())
    assert found["persistent"] == ["../uploads", "storage"]
    assert "../build" in found["artifacts"]


def test_laravel_4_serves_and_stores_where_its_paths_say():
    """A web root beside the application, and `app/storage` instead of `storage`."""
    paths = "<?php return array('app' => __DIR__.'/../app', 'public' => __DIR__.'/../../public_html');"
    inner = {"artisan": "#!", "bootstrap/paths.php": paths, "app/storage/logs/.gitkeep": ""}
    inner.update(composer("laravel/framework"))
    files = source({**below("club", inner), "public_html/index.php": "<?php"})
    found = detect(files)
    assert (found.framework, found.app_root, found.web_root) == ("laravel", "club", "../public_html")
    shared = {one.path for one in Classifier(files, found, Settings()).shared_paths()}
    assert shared == {"club/app/storage", "club/.env"}


@pytest.mark.parametrize(
    ("files", "framework", "app_root"),
    [
        ({"public/index.php": "", **composer("x/tools"), **below("public", WORDPRESS)}, "wordpress", "public"),
        ({**composer("x/tools"), **below("drupal", composer("drupal/core"))}, "drupal", "drupal"),
        ({"index.html": "", **below("backend", DJANGO)}, "django", "backend"),
        ({**below("code/site", LARAVEL), "README.md": ""}, "laravel", "code/site"),
        ({**below("src/web/Shop", DOTNET), "src/lib/Shop/Shop.csproj": "", "Shop.sln": ""}, "aspnet", "src/web/Shop"),
        ({**below("client", CRA), **below("server", npm("express"))}, "express", "server"),
        ({**below("frontend", npm("next")), **below("backend", npm("koa"))}, "express", "backend"),
        ({"site/index.php": "<?php", "site/db.php": "<?php", "README.md": ""}, "generic-php", "site"),
        ({"public_html/index.php": "<?php", "lib/db.php": "<?php"}, "generic-php", "."),
        ({"index.html": "", **below("site", CRA)}, "plain-static", "."),
    ],
)
def test_an_application_below_is_found_where_the_top_is_none(files, framework, app_root):
    """Back ends before front ends; a page of its own keeps the top, unless what serves it lies elsewhere."""
    found = detect(source(files))
    assert (found.framework, found.app_root) == (framework, app_root)


@pytest.mark.parametrize(
    ("below_it", "member"),
    [
        (below("src", DJANGO), "src"),
        (below("code/shop", DJANGO), "code/shop"),
        ({**below("src", DJANGO), **below("docs", DJANGO), **below("frontend", CRA)}, "src"),
        ({**below("one", DJANGO), **below("two", DJANGO)}, ""),
        ({**below("shop", DJANGO), "shop/__init__.py": ""}, ""),
        (DJANGO, ""),
        ({"shop/settings.py": ""}, ""),
    ],
    ids=["below", "deeper", "beside", "two", "package", "top", "none"],
)
def test_what_python_installs_at_the_top_runs_where_its_own_files_are(below_it, member):
    """One list of requirements at the top, `manage.py` below: media and the database lie beside that, `.env` above."""
    listing = source({"requirements.txt": "Django==5\ndjango-environ\n", ".env.example": "A=", **below_it})
    found = detect(listing)
    assert (found.framework, found.app_root, found.workspace) == ("django", ".", member)
    rules = Classifier(listing, found, Settings())
    place = f"{member}/" if member else ""
    shared = {one.path for one in rules.shared_paths([f"{place}media/a.jpg", f"{place}db.sqlite3"])}
    assert shared == {f"{place}media", f"{place}db.sqlite3", ".env"}


@pytest.mark.parametrize(
    "top",
    [
        npm(scripts={"start": "node server/index.js"}),
        npm(scripts={"start": "npm --prefix server start"}),
        npm(workspaces=["server", "client"]),
        {"package.json": {}, "pnpm-workspace.yaml": "packages: [server]\n", **npm("typescript")},
    ],
    ids=["node", "prefix", "workspaces", "pnpm"],
)
def test_what_installs_or_starts_a_directory_is_the_application(top):
    """A workspace file or a start script at the top: the directory is a member of it."""
    found = detect(source({**top, **below("client", CRA), **below("server", npm("express"))}))
    assert (found.framework, found.app_root, found.workspace) == ("express", ".", "server")


def test_a_package_that_is_the_application_serves_its_own_static():
    """Python packages bring templates and static files with them."""
    files = {"club/__init__.py": "from flask import Flask", "club/static/a.css": "", "requirements.txt": "flask"}
    assert detect(source(files)).web_root == "club/static"


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        ({"bootstrap/start.php": "", "app/start/global.php": "", "public/index.php": ""}, "laravel"),
        ({"artisan": "", **composer("laravel/lumen-framework")}, "laravel"),
        ({"app/AppKernel.php": "", "web/app.php": "", **composer("symfony/symfony")}, "symfony"),
        ({"lib/Cake/VERSION.txt": "", "app/webroot/index.php": "", "index.php": ""}, "cakephp"),
        ({"index.php": "require BASEPATH.'core/CodeIgniter.php';", "web/config/config.php": ""}, "codeigniter3"),
        ({"app/Config/App.php": "", "app/Config/Paths.php": "", "public/index.php": ""}, "codeigniter4"),
        ({"craft/config/general.php": "", "public/index.php": ""}, "craft"),
        ({"index.php": "<?php require 'kirby/bootstrap.php';", "content/a.txt": ""}, "kirby"),
        ({"mysite/_config.php": "", "index.php": "", **composer("silverstripe/cms")}, "silverstripe"),
        ({"public/index.php": "", **composer("typo3/cms-backend", "typo3/cms-frontend")}, "typo3"),
        ({"web/index.php": "", **composer("drush/drush", "drupal/pathauto")}, "drupal"),
        ({"index.php": "", "sites/all/modules/a.module": ""}, "drupal"),
        ({"web/index.php": "", **composer("wpackagist-plugin/akismet")}, "wordpress"),
        ({"config/environment.rb": "", "script/server": ""}, "rails"),
        ({"Gemfile": "gem 'sinatra'", "main.rb": ""}, "sinatra"),
        ({"_config.yml": "", "_layouts/a.html": ""}, "jekyll"),
        ({"setup.cfg": "[options]\ninstall_requires =\n    Django>=3\n    x\n[x]\n"}, "django"),
        ({"setup.py": "setup(install_requires=['Flask>=1', 'x'])"}, "flask"),
        ({"requirements/prod.txt": "Django==3\n"}, "django"),
        ({"requirements-dev.txt": "flask\n", "requirements.txt": "tornado\n"}, "python"),
        ({"main.py": "app = FastAPI()"}, "fastapi"),
        ({"club/__init__.py": "def made():\n    return Flask(__name__)\n"}, "flask"),
        ({"go.mod": "", "server.go": ""}, "go-binary"),
        ({"pom.xml": "<modules>", "web/pom.xml": "spring-boot-starter-web"}, "spring-boot"),
        (npm("@feathersjs/feathers"), "express"),
        ({"public/index.php": "<?php", **composer("twig/twig"), **npm("vue", "vite")}, "generic-php"),
        ({"login.php": "<?php", "db.php": "<?php"}, "generic-php"),
    ],
)
def test_earlier_versions_and_rarer_forms_are_known(files, framework):
    """Each by files or manifests that nothing else has; PHP that serves pages is no front end."""
    assert detect(source(files)).framework == framework


@pytest.mark.parametrize("text", ["'" + "../" * 50_000, "'a" * 50_000, "'" + "a/" * 50_000, '"' * 100_000])
def test_no_front_page_takes_longer_than_a_moment(text):
    """A page may be anything that somebody wrote."""
    assert detect(source({"index.php": text, "a/b.txt": ""})).framework == "generic-php"
