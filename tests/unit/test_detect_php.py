"""Detection of PHP applications: look-alikes told apart, web roots that a manifest names, and what stands on top."""

import json

import pytest

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.request import Settings
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.detect import detect
from holdfast_engine.rules.detect_report import report
from holdfast_engine.rules.presets import load, placed


def source(files):
    """A listing of FILES, a mapping of paths to text; manifests may be given as dictionaries."""
    texts = {path: (text if isinstance(text, str) else json.dumps(text)).encode() for path, text in files.items()}
    return Listing.of_files({path: len(text) for path, text in texts.items()}, texts.get)


def composer(*names, **more):
    return {"composer.json": {"require": dict.fromkeys(names, "*"), **more}}


def locked(*names):
    return {"composer.lock": {"packages": [{"name": name} for name in names]}}


LARAVEL = {"artisan": "#!", **composer("laravel/framework")}


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        ({"artisan": "#!", **composer("october/rain", "laravel/framework")}, "october"),
        ({"artisan": "#!", "modules/system/a.php": "<?php", **composer("laravel/framework")}, "laravel"),
        ({"artisan": "#!", **composer("api-platform/laravel", "laravel/framework")}, "laravel"),
        (composer("api-platform/core", "symfony/framework-bundle"), "api-platform"),
        (composer("sylius/sylius", "api-platform/core", "symfony/framework-bundle"), "sylius"),
        (composer("shopware/core", "symfony/framework-bundle"), "shopware6"),
        (composer("craftcms/cms", "yiisoft/yii2"), "craft"),
        (composer("drupal/core", "symfony/console"), "drupal"),
        ({**composer("yiisoft/yii2"), "yii": "#!", "config/web.php": "<?php"}, "yii2-basic"),
        ({**composer("yiisoft/yii2"), "frontend/a.php": "<?php", "backend/a.php": "<?php"}, "yii2-advanced"),
        ({"spark": "#!", "app/Config/App.php": "<?php"}, "codeigniter4"),
        ({"system/core/CodeIgniter.php": "<?php", "index.php": "<?php"}, "codeigniter3"),
        (composer(name="prestashop/prestashop"), "prestashop"),
        (composer("php", name="roots/bedrock"), "bedrock"),
        ({"version.php": "<?php $OC_Version = [31];", "index.php": "<?php"}, "nextcloud"),
        ({"config.php": "<?php define('PHPBB_INSTALLED', true);", "index.php": "<?php"}, "phpbb"),
        ({"configuration.php": "<?php class JConfig {}", "index.php": "<?php"}, "joomla"),
    ],
)
def test_a_product_is_told_from_what_it_stands_on(files, framework):
    """R: products before frameworks, by whole names and exact files."""
    assert detect(source(files)).framework == framework


@pytest.mark.parametrize(
    "files",
    [
        {"version.php": "<?php $release = '1';", "index.php": "<?php"},
        {"config.php": "<?php $db = 'x';", "index.php": "<?php"},
        {"configuration.php": "<?php return [];", "index.php": "<?php"},
        {"app.php": "<?php", "index.php": "<?php"},
        {"init": "#!", "index.php": "<?php"},
        {"system/startup.php": "<?php", "index.php": "<?php"},
        composer("craftcms/cms-tools", "slim/slim-skeleton-extra", "my/sylius"),
        composer(name="my/prestashop"),
        {"style.css": "/* Theme Name: Club */", "functions.php": "<?php", "index.php": "<?php"},
    ],
)
def test_a_name_that_many_share_proves_nothing(files):
    """R: a file of a usual name, or a part of a package's name, makes no product of an application."""
    assert detect(source(files)).framework == "generic-php"


@pytest.mark.parametrize(
    ("extra", "web_root"),
    [
        ({"drupal-scaffold": {"locations": {"web-root": "./site/www/"}}}, "site/www"),
        ({"drupal-scaffold": {"locations": {"web-root": "../outside"}}}, "web"),
        ({"drupal-scaffold": {"locations": {"web-root": 7}}}, "web"),
        ({"drupal-scaffold": "broken"}, "web"),
        ("broken", "web"),
    ],
)
def test_the_web_root_that_a_manifest_names_is_used(extra, web_root):
    """G9: it may lie anywhere inside the application, and nowhere else."""
    files = {**composer("drupal/core", extra=extra), "web/.gitkeep": ""}
    assert detect(source(files)).web_root == web_root


def test_of_two_usual_web_roots_the_one_with_a_front_page_serves():
    """R: a project root that is served has its `index.php`; one that only holds the web root has none."""
    below = {"public/index.php": "<?php", "config-dist.php": "<?php", "public/lib/moodlelib.php": "<?php"}
    whole = {"index.php": "<?php", "config-dist.php": "<?php", "lib/moodlelib.php": "<?php"}
    assert [detect(source(files)).web_root for files in (below, whole)] == ["public", "."]


def test_a_library_adds_rules_and_changes_no_framework():
    """R: Filament, Livewire and Passport make no other framework of a Laravel application."""
    files = {**composer("laravel/framework", "filament/filament"), **locked("livewire/livewire", "laravel/passport")}
    answer = report(source({"artisan": "#!", **files}), Settings())
    assert (answer["framework"], answer["with"]) == ("laravel", ["filament", "livewire", "passport"])
    assert "public/js/filament" in answer["artifacts"]


def test_a_library_of_development_is_none_of_the_application_s():
    """R: what is installed with `--dev` alone does not run where the data is."""
    files = {**LARAVEL, "composer.lock": {"packages": [], "packages-dev": [{"name": "laravel/horizon"}]}}
    assert report(source(files), Settings())["with"] == []


@pytest.mark.parametrize("lock", ["{", "[]", '{"packages": 3}', '{"packages": [3, {"name": 4}]}'])
def test_a_broken_lock_file_adds_nothing(lock):
    """R: no manifest can break detection."""
    assert report(source({**LARAVEL, "composer.lock": lock}), Settings())["with"] == []


def test_an_addition_can_be_named_as_the_framework():
    """R: whoever writes `framework = "filament"` gets Laravel's rules with Filament's, not fewer."""
    files = source({**LARAVEL, "public/index.php": "<?php"})
    rules = Classifier(files, detect(files, framework="filament"), Settings())
    assert rules.ruling("storage/app/a.pdf").care == "shared"
    assert rules.ruling("public/js/filament/a.js").care == "artifact"


def test_an_addition_brings_nothing_of_what_it_extends():
    """G2: WooCommerce on Bedrock must not make a `wp-content` that nobody serves."""
    files = {**composer("roots/wp-config", "wpackagist-plugin/woocommerce"), "web/index.php": "<?php"}
    rules = Classifier(source(files), detect(source(files)), Settings())
    assert [one.id for one in rules.additions] == ["woocommerce"]
    assert not [path for path in rules.preset.dirs if "wp-content" in path]


def test_a_link_of_the_framework_never_hides_the_data_it_leads_to():
    """G3: where the project root is served, `{web}/storage` is the storage directory itself."""
    assert placed(load("laravel"), app_root=".", web_root=".").links == ()
    assert placed(load("laravel"), app_root=".", web_root="public").links == (("public/storage", "storage/app/public"),)


@pytest.mark.parametrize("top", ["public/typo3temp/var", "public/typo3temp"])
@pytest.mark.parametrize("cache", ["cache/code/a.php", "Cache/Code/a.php"])
def test_a_pattern_never_names_what_a_cache_lies_in(top, cache):
    """Code that was compiled for one release is of no use to the next; what is made beside it is shared by itself."""
    listing = source({**composer("typo3/cms-core"), "public/index.php": "<?php"})
    rules = Classifier(listing, detect(listing), Settings())
    shared = {one.path for one in rules.shared_paths([f"{top}/{cache}", f"{top}/log/a.log"])}
    assert f"{top}/log" in shared
    assert not {"public/typo3temp", "public/typo3temp/var"} & shared


def test_a_pattern_is_what_exists_but_never_code_or_a_cache():
    """G2: `data/*` is each directory of data, not the shipped file beside it, nor the cache."""
    files = source({**composer("laminas/laminas-mvc"), "data/schema.sql": "create", "data/cache/.gitkeep": ""})
    rules = Classifier(files, detect(files), Settings())
    assert {path: rules.ruling(path).care for path in ("data/cv/a.pdf", "data/schema.sql", "data/cache/a.php")} == {
        "data/cv/a.pdf": "shared",
        "data/schema.sql": "code",
        "data/cache/a.php": "cache",
    }
    assert {one.path: one.kind for one in rules.shared_paths({"data/cv": "dir", "data/cache": "dir"})} == {
        "data/cv": "dir"
    }
