"""Detection of applications that are not PHP: look-alikes by whole names, and who wins where several are found."""

import json

import pytest

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.request import Settings
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.detect import detect


def source(files):
    """A listing of FILES, a mapping of paths to text; manifests may be given as dictionaries."""
    texts = {path: json.dumps(text) if isinstance(text, dict) else text for path, text in files.items()}
    return Listing.of_files(
        {path: len(text) for path, text in texts.items()}, lambda path: texts.get(path, "").encode()
    )


def npm(*names, dev=()):
    return {"package.json": {"dependencies": dict.fromkeys(names, "1"), "devDependencies": dict.fromkeys(dev, "1")}}


@pytest.mark.parametrize(
    "names",
    [
        ("next-tick", "next-auth", "next-themes", "next-intl", "nextra", "@nrwl/next"),
        ("vue-router", "vuex", "@vue/compiler-sfc"),
        ("react-router", "react-router-dom", "react"),
        ("express-session", "express-validator", "@types/express"),
        ("astro-seo", "astro-icon", "@astrojs/rss"),
        ("remix-utils", "@remix-run/router", "@remix-run/react"),
        ("gatsby-source-ghost", "gatsby-plugin-sharp", "@tryghost/content-api", "ghost-cli"),
        ("@nuxt/kit", "nuxt-icon", "@nestjs/common", "@nestjs/mapped-types"),
        ("@directus/sdk", "@payloadcms/richtext-lexical", "payload-client", "@keystone-6/auth", "strapi-sdk-js"),
        ("svelte", "@sveltejs/adapter-node", "@angular/cdk", "@analogjs/platform", "@11ty/eleventy-img"),
        ("vite-node", "vitest", "vite-plugin-pwa", "@vitejs/plugin-legacy"),
    ],
)
def test_a_package_with_a_similar_name_is_another_package(names):
    """Whole keys are compared, in dependencies and devDependencies: a look-alike leaves the application generic."""
    assert detect(source(npm(*names))).framework == "node"
    assert detect(source(npm(dev=names))).framework == "node"


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "django-environ\ndjangorestframework==3\nwagtail-localize\nflask-cors\nfastapi-users\n"},
        {"pyproject.toml": '[project]\ndependencies = [\n  "Flask-Login",\n  "django_storages>=1",\n]\n'},
    ],
)
def test_a_python_distribution_with_a_similar_name_is_another_one(files):
    """Names are compared whole, without regard to case and underscores."""
    assert detect(source(files)).framework == "python"


@pytest.mark.parametrize(
    "files",
    [
        {"mix.exs": "defp deps do [{:phoenix_pubsub, '~> 2'}, {:phoenix_html, '~> 4'}]"},
        {"pom.xml": "<groupId>org.springframework</groupId>"},
        {"build.gradle": "implementation 'org.springframework:spring-web:6'"},
        {"go.mod": "module example.org/library\n"},
        {"main.go": "package main"},
        {"config.toml": "title = 'no Hugo'"},
        {"config.json": "{}", "content/a.md": "x"},
        {"_config.yml": "theme: x"},
        {"config.ru": "run App"},
        {"Gemfile": "gem 'sinatra-contrib'\ngem 'jekyll-seo-tag'\n", "config.ru": ""},
    ],
)
def test_a_hint_alone_is_no_finding(files):
    """Unknown means generic, which keeps everything that comes to it and asks."""
    assert detect(source(files)).framework == "generic"


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        (npm("payload", "next", "react"), "payload"),
        (npm("@keystone-6/core", "next"), "keystone"),
        (npm("@strapi/strapi", "react", "react-dom", dev=("vite",)), "strapi"),
        (npm("directus", "express"), "directus"),
        (npm("@nestjs/core", "express", "next"), "nestjs"),
        (npm("@adonisjs/core", "react", dev=("vite",)), "adonisjs"),
        ({**npm("express"), ".ghost-cli": ""}, "ghost"),
        (npm("next", "react", dev=("vite",)), "nextjs"),
        (npm("nuxt", "vue", dev=("vite",)), "nuxt"),
        (npm("astro", "react", "vue", dev=("vite",)), "astro"),
        (npm("@remix-run/serve", "react", dev=("@remix-run/dev", "vite")), "remix"),
        (npm("react-router", "react", dev=("@react-router/dev", "vite")), "react-router"),
        (npm(dev=("@sveltejs/kit", "svelte", "vite")), "sveltekit"),
        (npm("gatsby", "react"), "gatsby"),
        (npm("@angular/core", "express", dev=("@angular/cli",)), "angular"),
        (npm("react", "react-scripts", dev=("vite",)), "react-cra"),
        (npm("express", dev=("vitest",)), "express"),
        (npm(dev=("@11ty/eleventy", "vite")), "eleventy"),
        (npm(dev=("vite", "svelte")), "vite"),
        ({**npm(dev=("vite",)), "index.html": "<div>"}, "vite"),
        ({**npm(dev=("prettier",)), "index.html": "<p>"}, "plain-static"),
        ({"index.html": "<p>", "app.js": "//"}, "plain-static"),
        ({**npm(), "server.js": "//"}, "express"),
        ({"requirements.txt": "wagtail\nDjango\n", "manage.py": "DJANGO_SETTINGS_MODULE"}, "wagtail"),
        ({"requirements.txt": "Django\nflask\nfastapi\n"}, "django"),
        ({**npm("react", dev=("vite",)), "requirements.txt": "Flask\n"}, "flask"),
        ({**npm("react", dev=("vite",)), "Gemfile": "gem 'rails'\ngem 'sinatra'\n", "config.ru": ""}, "rails"),
        ({"Gemfile": "gem 'jekyll'\ngem 'sinatra'\n", "config.ru": ""}, "jekyll"),
        ({"hugo.toml": "", "go.mod": "module x", **npm(dev=("postcss",))}, "hugo"),
        ({"config.toml": "", "content/a.md": "x", "themes/a/theme.toml": ""}, "hugo"),
        ({"go.mod": "module x", "main.go": "package main", **npm("react", dev=("vite",))}, "go-binary"),
        ({"go.mod": "module x", "cmd/app/main.go": "package main"}, "go-binary"),
        ({"build.gradle.kts": 'plugins { id("org.springframework.boot") version "3" }'}, "spring-boot"),
        ({"mix.exs": '{:phoenix, "~> 1.7"}', "assets/package.json": "{}"}, "phoenix"),
    ],
)
def test_products_come_before_what_they_stand_on(files, framework):
    """Back ends, then products, meta frameworks, build tools, static generators, and the rest."""
    assert detect(source(files)).framework == framework


@pytest.mark.parametrize(
    ("files", "places"),
    [
        (npm("gatsby"), ("public/index.html", "public/page-data/app.json")),
        ({"hugo.toml": ""}, ("public/index.html", "public/posts/index.html")),
        (npm("react-scripts"), ("build/static/js/main.js",)),
        (npm("@remix-run/dev"), ("public/build/entry.js", "build/index.js")),
        (npm("nuxt"), (".output/server/index.mjs", ".output/public/app.js")),
    ],
)
def test_a_web_root_that_a_build_makes_is_output(files, places):
    """Where `public` is made by the build, sharing it would freeze the site at its first release."""
    listing = source(files)
    rules = Classifier(listing, detect(listing), Settings())
    assert [path for path in places if rules.ruling(path).care not in ("artifact", "code")] == []
    assert not {path.split("/")[0] for path in places} & {one.path for one in rules.shared_paths()}


def below(folder, files):
    return {f"{folder}/{path}": text for path, text in files.items()}


def test_an_application_beside_the_application_keeps_its_data_and_its_output_is_output():
    """Detection order: each finding for its own directory; a path that one of them calls data is data."""
    front, service = npm("react", dev=("vite",)), npm("@nestjs/core")
    listing = source({**below("api", npm("@strapi/strapi")), **below("front", front), **below("mail", service)})
    found = detect(listing)
    assert (found.framework, found.app_root) == ("strapi", "api")
    assert [(one.framework, one.app_root) for one in found.beside] == [("react-vite", "front"), ("nestjs", "mail")]
    rules = Classifier(listing, found, Settings())
    assert rules.ruling("front/dist/index.js").care == "artifact"
    assert rules.stray_target("front/dist/uploads/a.jpg", "file") == ("shared", "front/dist/uploads")
    assert rules.stray_target("mail/dist/uploads/a.pdf", "file") == ("shared", "mail/dist/uploads")


def test_an_application_beside_it_makes_nothing_needs_nothing_and_throws_nothing_away():
    """G6: only the application's own preset names caches; no directory appears for a neighbour that may never run."""
    other = {"artisan": "", "composer.json": {"require": {"laravel/framework": "12"}}}
    listing = source({**npm("next"), **below("shop", other), **below("wiki", {"hugo.toml": "", "package.json": "{}"})})
    rules = Classifier(listing, detect(listing), Settings())
    assert rules.shared_paths() == ()
    assert rules.needs == ()
    assert not rules.is_cache("shop/bootstrap/cache/config.php")
    assert rules.stray_target("shop/storage/app/a.pdf", "file") == ("shared", "shop/storage")


def test_what_serves_a_web_root_is_no_neighbour_of_it():
    """A web root may hold the manifest of its theme."""
    drupal = {"composer.json": {"require": {"drupal/core": "11"}}, "web/index.php": "<?php"}
    listing = source({**drupal, **below("web", npm("react", dev=("vite",))), **below("packages/ui", npm("next"))})
    assert detect(listing).beside == ()


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (npm("@strapi/strapi"), ".tmp/data.db"),
        (npm("nuxt"), ".data/db.sqlite"),
        (npm("express"), "data.ms/data.mdb"),
        (npm("express"), "tmp/sessions.db"),
        (npm("@adonisjs/core"), "tmp/db.sqlite3"),
        (npm("fastify"), "var/app.db"),
        (npm("koa"), "database/app.db"),
        ({"Gemfile": "gem 'sinatra'\n", "config.ru": ""}, "db/production.sqlite3"),
        ({"requirements.txt": "flask\n"}, "instance/club"),
        ({"requirements.txt": "fastapi\n"}, "clubdb"),
        (npm("ws"), ".cache/store.db"),
    ],
)
def test_a_database_in_a_place_that_looks_disposable_is_kept(files, place):
    """G2: the name of a directory never makes data a cache. `tmp` and `var` are ignored by every source, so that no
    author's word names them: what is a database by its content is shared there all the same, as `unnamed` ones are.
    """
    listing = source({**files, ".gitignore": f"/{place.split('/')[0]}\n"})
    rules = Classifier(listing, detect(listing), Settings())
    assert rules.stray_target(place, "file")[0] in ("shared", "artifact", "unnamed")
    assert not rules.is_cache(place)


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        ({"Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web">', "Program.cs": ""}, "aspnet"),
        ({"Shop.fsproj": "", "wwwroot/css/site.css": ""}, "aspnet"),
        ({"Shop.runtimeconfig.json": '{"name": "Microsoft.AspNetCore.App"}', "Shop.dll": ""}, "aspnet"),
        ({"Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk">', "Program.cs": ""}, "generic"),
        ({"tests/Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web">', "README": ""}, "generic"),
        ({"deno.json": "{}", "main.ts": ""}, "deno"),
        ({"deno.json": '{"imports": {"fresh": "jsr:@fresh/core@2"}}', "main.ts": ""}, "fresh"),
        ({"data/pages/.gitkeep": "", "inc/init.php": "", "index.php": "<?php"}, "generic-php"),
        ({"galleries/a.jpg": "", "upload/.gitkeep": "", "picture.php": "", "index.php": "<?php"}, "generic-php"),
        ({"includes/application_top.php": "", "includes/filenames.php": "", "index.php": "<?php"}, "generic-php"),
        ({"plugins/a.php": "", "skins/b.css": "", "config/config.inc.php": "", "index.php": "<?php"}, "generic-php"),
    ],
)
def test_a_product_is_known_by_files_that_it_alone_has(files, framework):
    """R: a project's file bears the project's name, and directories of usual names prove nothing."""
    assert detect(source(files)).framework == framework
