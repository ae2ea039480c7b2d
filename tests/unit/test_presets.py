"""Presets: one TOML file each, checked, and handed to the engine as generated data."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import holdfast_engine
from holdfast.presets.catalog import PresetError, catalog, decode, sources
from holdfast.presets.generate import ledger, rules, target, versions
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.rules.presets import load, names, placed

PROOF = '[[evidence]]\nfile = "x"\nconfidence = 0.9\n'


def test_the_engine_s_rules_are_what_the_presets_say():
    """`rules.json` is generated: whoever edits a preset runs `python -m holdfast.presets.generate` (DESIGN 7)."""
    assert target().read_text("utf-8") == rules()


def test_every_preset_has_a_version_and_its_rules_are_those_of_that_version():
    """G2: a site learns that a preset shares less from its version alone; the generator refuses others."""
    known = json.loads(ledger().read_text("utf-8"))
    assert versions(known, catalog()) == known
    assert [stem for stem, text in sources().items() if "\nversion = " not in text] == []


def test_rules_that_change_without_a_new_version_are_refused():
    """G2: also those that inherit the change."""
    texts = {
        "every": 'id = "every"\nversion = 1\nname = "Every"\n',
        "kirby": 'id = "kirby"\nversion = 1\nname = "Kirby"\n[shared]\ndirs = ["content"]\n' + PROOF,
    }
    known = versions({}, catalog(texts))
    texts["kirby"] = texts["kirby"].replace('["content"]', "[]")
    with pytest.raises(PresetError, match=r"kirby: .* `version = 2` is due"):
        versions(known, catalog(texts))
    texts["kirby"] = texts["kirby"].replace("version = 1", "version = 2")
    assert len(versions(known, catalog(texts))["kirby"]) == 2


def test_the_frameworks_that_are_promised_can_be_loaded():
    """Ids are those of the public list, plus `generic` for everything else."""
    promised = {
        "laravel", "statamic", "nextjs", "react-vite", "react-cra", "vue-vite", "vue-cli", "symfony", "wordpress",
        "bedrock", "django", "rails", "plain-static", "generic-php", "generic",
    }  # fmt: skip
    assert promised <= set(names())
    assert all(load(name).id == name for name in names())


def test_an_unknown_framework_names_the_nearest_one():
    """Exit 10 with a hint: one thing to type next."""
    with pytest.raises(Problem) as caught:
        load("laravell")
    assert (caught.value.code, caught.value.exit_code) == ("framework-unknown", 10)
    assert '"laravel"' in caught.value.hint


def test_a_preset_inherits_what_it_extends():
    """Statamic is Laravel with more data: one file says only what differs."""
    statamic = load("statamic")
    assert {"storage", "content", "users"} <= set(statamic.dirs)
    assert ".env" in statamic.needs
    assert "laravel" in statamic.beats
    assert statamic.web_root == "public"


def test_every_path_of_every_preset_stays_inside_the_application():
    """G9: a preset cannot name a path outside the release (I14)."""
    for name in names():
        preset = placed(load(name), app_root=".", web_root="public")
        for path in (
            *preset.dirs,
            *preset.files,
            *preset.needs,
            *preset.candidates,
            *preset.databases,
            *preset.writable,
        ):
            one = path.replace("*", "any")
            assert RelPath.parse(one) == one, (name, path)


@pytest.mark.parametrize(
    "text",
    [
        'id = "x"\nname = "X"\ncolour = "red"\n',
        'id = "y"\nname = "Y"\n',
        'id = "x"\n[shared]\ndirectories = ["storage"]\n',
        'id = "x"\n[[evidence]]\nfile = "x"\nconfidence = 2.0\n',
        'id = "x"\nversion = 0\n',
        'id = "x"\nversion = "2"\n',
        'id = "x"\n[[evidence]]\nconfidence = 0.5\n',
        'id = "x"\n[[evidence]]\ncomposer-key = "x"\nconfidence = 0.5\n',
    ],
)
def test_a_preset_with_a_key_that_nothing_reads_is_refused(text):
    """A misspelt key would silently share nothing."""
    with pytest.raises(PresetError):
        decode("x", text)


def test_presets_that_extend_each_other_in_a_circle_are_refused():
    """Inheritance ends at `every`."""
    texts = {
        "every": 'id = "every"\nname = "Every"\n',
        "a": 'id = "a"\nname = "A"\nextends = "b"\n' + PROOF,
        "b": 'id = "b"\nname = "B"\nextends = "a"\n' + PROOF,
    }
    with pytest.raises(PresetError):
        catalog(texts)


def test_a_new_framework_is_one_file():
    """Adding one touches no other file: it inherits what holds for every application."""
    texts = {
        "every": 'id = "every"\nname = "Every"\n[release]\nartifacts = ["vendor"]\n',
        "kirby": 'id = "kirby"\nname = "Kirby"\ntier = 1\nweb_root = "."\n' + PROOF,
    }
    kirby = catalog(texts)["kirby"]
    assert kirby["artifacts"] == ["vendor"]
    assert kirby["evidence"] == [{"file": ["x"], "confidence": 0.9}]


def test_paths_are_placed_below_the_application_and_its_web_root():
    """An application in `api/` with its web root in `web` shares `api/web/uploads`; patterns stay patterns."""
    preset = placed(load("laravel"), app_root="api", web_root="web")
    assert "api/storage" in preset.dirs
    assert "api/web/uploads" in preset.candidates
    assert ("api/web/storage", "api/storage/app/public") in preset.links
    assert "**/node_modules" in preset.artifacts


def test_presets_are_found_inside_the_one_file_engine(tmp_path):
    """The engine runs from a zip archive on the host: `rules.json` is read from there."""
    archive = tmp_path / "engine.pyz"
    home = Path(holdfast_engine.__file__).parent
    with zipfile.ZipFile(archive, "w") as out:
        for file in [*home.glob("*.py"), *home.glob("model/*.py"), *home.glob("rules/*.py"), home / "rules.json"]:
            out.write(file, f"holdfast_engine/{file.relative_to(home)}")
    code = "from holdfast_engine.rules.presets import load; print(load('laravel').web_root)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(archive)!r}); {code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "public\n"
