"""The one-line rule, rule by rule, and what follows for links and strays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast_engine.model.listing import DIR, FILE, Listed, Listing
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.detect import detect
from holdfast_engine.rules.presets import load

LARAVEL = {
    "artisan": "php",
    "composer.json": '{"require": {"laravel/framework": "11"}}',
    "public/index.php": "<?php require 'x';" * 20,
    "public/flags/de.svg": "<svg/>",
    "public/flags/fr.svg": "<svg/>",
    "public/vendor/livewire/livewire.js": "x",
    "bootstrap/cache/.gitignore": "*\n!.gitignore\n",
    "storage/logs/.gitignore": "*\n!.gitignore\n",
}


def source(files):
    return Listing.of_files(
        {path: len(text) for path, text in files.items()},
        lambda path: files[path].encode() if path in files else None,
    )


def laravel(more=(), *, known=(), **settings):
    listing = source({**LARAVEL, **dict(more)})
    return Classifier(listing, detect(listing), Settings(**settings), known)


def generic(files, **settings):
    listing = source(files)
    return Classifier(listing, load("generic"), Settings(**settings))


def linked(rules, existing=()):
    return {one.path: one.kind for one in rules.shared_paths(existing)}


def care(rules, path):
    said = rules.ruling(path)
    return said.care, said.rule


class TestConfiguration:
    def test_it_speaks_first(self):
        """Rule 1: what the person named beats what the preset knows."""
        rules = laravel(shared=("public/flags/",), code=("public/uploads/",), artifacts=("public/packs",))
        assert care(rules, "public/flags/new.svg") == ("shared", "configuration")
        assert care(rules, "public/flags/de.svg") == ("seeded", "configuration")
        assert care(rules, "public/uploads/a.png") == ("code", "configuration")
        assert care(rules, "public/packs/app.js") == ("artifact", "configuration")

    @pytest.mark.parametrize(
        "path",
        [
            "../../etc",
            "/etc",
            ".",
            "",
            "./",
            "public/*",
            "public/up\nloads",
            "~/x",
            "a/../../b",
            ".holdfast/x",
            "$HOME",
        ],
    )
    @pytest.mark.parametrize("key", ["shared", "code", "artifacts"])
    def test_a_path_that_leaves_the_application_is_refused(self, key, path):
        """I14, I19, I27: exit 10 before anything is touched."""
        with pytest.raises(Problem) as caught:
            laravel(**{key: (path,)})
        assert (caught.value.code, caught.value.exit_code) == ("path-invalid", 10)

    def test_a_trailing_slash_makes_a_directory(self):
        """INTERFACE: else what is found decides, else the name."""
        rules = laravel(
            shared=("public/v1.2/", "public/data.json", "public/.well-known", "public/certs", "public/flags")
        )
        kinds = linked(rules)
        assert kinds["public/v1.2"] == DIR
        assert kinds["public/data.json"] == FILE
        assert kinds["public/.well-known"] == FILE
        assert kinds["public/certs"] == DIR
        assert kinds["public/flags"] == DIR

    def test_what_is_found_decides_before_the_name_does(self):
        """A live directory called `exports.d` is one, whatever its name looks like."""
        rules = laravel(shared=("exports.d", "LICENCE_KEY"))
        kinds = linked(rules, {"exports.d": DIR, "LICENCE_KEY": FILE})
        assert (kinds["exports.d"], kinds["LICENCE_KEY"]) == (DIR, FILE)
        assert linked(rules, ["exports.d/a.csv"])["exports.d"] == DIR

    def test_of_nested_entries_the_parent_is_kept(self):
        """I14: `storage` and `storage/app` are one shared path and one link."""
        kinds = linked(laravel(shared=("storage/app", "storage", "storage/app/public/")))
        assert [path for path in kinds if path.startswith("storage")] == ["storage"]

    def test_names_that_begin_alike_are_siblings(self):
        """`img/news` does not lie within `img/newsletters`: whole names are compared (I14)."""
        kinds = linked(laravel(shared=("img/news", "img/newsletters", "img/new")))
        assert {"img/news", "img/newsletters", "img/new"} <= set(kinds)

    @pytest.mark.parametrize(
        "pair", [("public/Files", "public/files"), ("Public/a", "public/b"), ("media/caf\u00e9", "media/cafe\u0301")]
    )
    def test_two_spellings_of_one_path_are_refused(self, pair):
        """One disk keeps both, another takes them for one: the person decides."""
        with pytest.raises(Problem) as caught:
            laravel(shared=pair)
        assert (caught.value.code, caught.value.exit_code) == ("shared-paths-overlap", 10)

    def test_another_spelling_of_what_the_preset_shares_is_refused(self):
        """`Storage` beside the preset's `storage`."""
        with pytest.raises(Problem) as caught:
            laravel(shared=("Storage",)).shared_paths()
        assert caught.value.code == "shared-paths-overlap"

    def test_the_same_path_twice_is_one(self):
        """`./x/` and `x` are spellings of one path."""
        assert linked(laravel(shared=("./public/a/", "public//a")))["public/a"] == DIR

    def test_code_inside_a_shared_path_is_refused_and_not_guessed(self):
        """G7: one link cannot be both; the message says how to name the parts."""
        with pytest.raises(Problem) as caught:
            laravel(code=("storage/app/cities.json",)).shared_paths()
        assert caught.value.code == "shared-paths-overlap"
        assert "storage" in caught.value.hint

    def test_a_path_with_two_cares_is_refused(self):
        """Named as shared and as code: one of the two lines is wrong."""
        with pytest.raises(Problem) as caught:
            laravel(shared=("public/a",), code=("public/a/",))
        assert caught.value.code == "shared-paths-overlap"

    def test_a_part_of_what_is_code_may_be_shared(self):
        """The deepest name decides, so that `storage` can be split by hand."""
        kinds = linked(laravel(code=("storage",), shared=("storage/app/",)))
        assert "storage/app" in kinds
        assert "storage" not in kinds


class TestKnown:
    def test_once_shared_stays_shared(self):
        """G2: a path brought home stays linked although the new release says nothing of it."""
        rules = laravel(known=(SharedPath("public/certificates", DIR, "stray"),))
        assert linked(rules)["public/certificates"] == DIR
        assert care(rules, "public/certificates/a.pdf") == ("shared", "known")

    @pytest.mark.parametrize("key", ["code", "artifacts"])
    def test_until_it_is_unshared_by_name(self, key):
        """Only the configuration takes a path out of `shared/`."""
        rules = laravel(known=(SharedPath("public/certificates", DIR, "stray"),), **{key: ("public/certificates",)})
        assert "public/certificates" not in linked(rules)

    def test_it_lies_within_a_parent_that_is_shared_now(self):
        """One link: of nested entries the parent is kept."""
        rules = laravel(known=(SharedPath("public/uploads/2024", DIR, "stray"),), shared=("public/uploads/",))
        assert [path for path in linked(rules) if path.startswith("public/uploads")] == ["public/uploads"]


class TestPreset:
    def test_its_directories_and_needed_files_are_always_linked(self):
        """`storage` and `.env` exist for every Laravel application, shipped or not."""
        kinds = linked(laravel())
        assert kinds == {"storage": DIR, ".env": FILE}

    def test_candidates_are_linked_where_they_exist(self):
        """`public/invoices` in the live release or in `shared/` is data; where it never was, no link is made."""
        assert "public/invoices" not in linked(laravel())
        assert linked(laravel(), ["public/invoices/1.pdf"])["public/invoices"] == DIR
        assert linked(laravel({"public/uploads/default.png": "x"}))["public/uploads"] == DIR

    def test_what_is_shipped_inside_is_a_seed(self):
        """Default avatars are merged, not hidden by the link."""
        rules = laravel({"public/uploads/default.png": "x", "storage/app/public/a.jpg": "x"})
        assert care(rules, "public/uploads/default.png") == ("seeded", "preset")
        assert care(rules, "storage/app/public/a.jpg") == ("seeded", "preset")

    def test_a_candidate_that_ships_a_program_is_code(self):
        """`public/exports` may be a page of the application."""
        rules = laravel({"public/exports/index.php": "<?php export();" * 20})
        assert "public/exports" not in linked(rules)
        assert rules.ruling("public/exports/index.php").care == "code"

    def test_a_database_file_is_linked_alone(self):
        """`database/` holds migrations: only the SQLite file and its companions are data."""
        kinds = linked(
            laravel({"database/migrations/1.php": "x"}), ["database/database.sqlite", "database/database.sqlite-wal"]
        )
        assert kinds["database/database.sqlite"] == FILE
        assert kinds["database/database.sqlite-wal"] == FILE
        assert "database" not in kinds

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("public/vendor/livewire/livewire.js", "code"),
            ("public/flags/de.svg", "code"),
            ("public/build/assets/app.js", "artifact"),
            ("public/hot", "artifact"),
            ("node_modules/vue/index.js", "artifact"),
            ("modules/shop/node_modules/x", "artifact"),
            ("vendor/autoload.php", "artifact"),
            ("bootstrap/cache/packages.php", "cache"),
            ("tools/__pycache__/a.pyc", "cache"),
            (".idea/workspace.xml", "ephemeral"),
            ("public/storage", "artifact"),
        ],
    )
    def test_output_caches_and_shipped_sets_are_no_data(self, path, expected):
        """The literal rule would freeze these at the first deploy."""
        assert laravel().ruling(path).care == expected

    def test_the_placeholder_of_a_cache_does_not_make_it_data(self):
        """`bootstrap/cache` ships a `.gitignore` of `*`, and the preset knows better (rule 2 before rule 4)."""
        rules = laravel()
        assert "bootstrap/cache" not in linked(rules)
        assert rules.is_cache("bootstrap/cache/config.php")
        assert not rules.is_cache("storage/app/a")

    def test_configuration_that_is_shipped_is_code(self):
        """Rails: `config/database.yml` is data where the source leaves it out, code where it ships it."""
        shipped = source({"bin/rails": "", "config/database.yml": "x"})
        left_out = source({"bin/rails": "", ".gitignore": "/config/database.yml\n"})
        assert "config/database.yml" not in linked(Classifier(shipped, load("rails"), Settings()))
        rules = Classifier(left_out, load("rails"), Settings())
        assert linked(rules, ["config/database.yml"])["config/database.yml"] == FILE

    def test_links_skeleton_and_writable_are_told(self):
        """What the framework makes, what must exist in `shared/`, and what stays writable."""
        rules = laravel()
        assert rules.links() == (("public/storage", "storage/app/public"),)
        assert "storage/framework/cache/data" in rules.skeleton()
        assert rules.writable() == ("bootstrap/cache", "database")
        assert rules.needs == (".env",)

    def test_an_example_of_the_environment_makes_it_needed(self):
        """INTERFACE: a missing `.env` is refused when the source ships `.env.example`."""
        rules = generic({"main.js": "x", ".env.example": "A="})
        assert rules.needs == (".env",)
        assert linked(rules) == {".env": FILE}

    def test_an_application_in_a_directory_is_ruled_there(self):
        """Paths are relative to the release: the preset's `storage` is `src/storage`."""
        rules_of = {f"src/{path}": text for path, text in LARAVEL.items()}
        listing = source(rules_of)
        rules = Classifier(listing, detect(listing), Settings())
        assert linked(rules) == {"src/storage": DIR, "src/.env": FILE}
        assert rules.web_root == "src/public"


class TestShape:
    @pytest.mark.parametrize("name", [".gitkeep", ".keep", ".gitignore", "empty", "index.html"])
    def test_a_directory_with_a_placeholder_is_written_to(self, name):
        """Rule 4: it ships nothing, so it exists to be written to."""
        rules = laravel({f"public/tickets-of-users/{name}": "*" if name == ".gitignore" else ""})
        assert linked(rules)["public/tickets-of-users"] == DIR
        assert care(rules, "public/tickets-of-users/7.pdf") == ("shared", "shape")

    def test_the_outermost_such_directory_is_shared(self):
        """`data/users/.gitkeep` and `data/tokens/.gitkeep` make one link, `data`."""
        rules = generic({"main.js": "x", "data/users/.gitkeep": "", "data/tokens/.gitkeep": ""})
        assert linked(rules) == {"data": DIR}

    def test_an_empty_directory_of_code_is_none(self):
        """Rails ships `app/models/concerns/.keep`: a later release puts code there."""
        rules = generic(
            {"app/models/a.rb": "x", "app/models/concerns/.keep": "", "lib/tasks/.keep": "", ".github/x/.keep": ""}
        )
        assert linked(rules) == {}

    def test_but_one_whose_content_is_ignored_is_data_anywhere(self):
        """`database/sxgeo/.gitignore` of `*` says that nothing in it is ever shipped."""
        rules = laravel({"database/migrations/1.php": "x", "database/sxgeo/.gitignore": "*\n!.gitignore\n"})
        assert linked(rules)["database/sxgeo"] == DIR

    def test_the_web_root_itself_is_never_shared(self):
        """A `public/` that ships only a placeholder is still the web root."""
        rules = generic({"main.js": "x", "public/.gitkeep": ""})
        assert "public" not in linked(rules)

    def test_a_page_is_no_placeholder(self):
        """`public/about/index.html` of four kilobytes is a page."""
        rules = generic({"public/about/index.html": "<p>" * 1400})
        assert linked(rules) == {}

    def test_what_the_source_ignores_is_shared_where_it_exists(self):
        """It is data or build output, never code."""
        rules = generic({"main.js": "x", ".gitignore": "/drafts\n/dist\nnode_modules\n"})
        assert linked(rules) == {}
        existing = ["drafts/a.md", "dist/app.js", "node_modules/x/y.js"]
        assert linked(rules, existing) == {"drafts": DIR}

    def test_a_shape_that_shows_a_preset_s_cache_inside_is_not_shared_as_a_whole(self):
        """Symfony's `var/` ships nothing, but `var/cache` belongs to one release."""
        listing = source({"bin/console": "", "var/.gitkeep": "", "config/bundles.php": "x"})
        rules = Classifier(listing, load("symfony"), Settings())
        assert "var" not in linked(rules)
        assert "var/log" in linked(rules)

    def test_an_ignored_directory_with_a_preset_s_cache_inside_is_shared_in_parts(self):
        """Symfony ignores all of `var/`: what lives beside `var/cache` is linked, the cache stays with its release."""
        listing = source({"bin/console": "", "config/bundles.php": "x", ".gitignore": "/var/\n"})
        rules = Classifier(listing, load("symfony"), Settings())
        existing = ["var/app.db", "var/cache/prod/x.php", "var/imports/1.csv"]
        kinds = linked(rules, existing)
        assert "var" not in kinds
        assert "var/cache" not in kinds
        assert (kinds["var/app.db"], kinds["var/imports"]) == (FILE, DIR)
        assert rules.stray_target("var/app.db", FILE) == ("shared", "var/app.db")
        assert rules.stray_target("var/cache/prod/x.php", FILE)[0] == "cache"


class TestNames:
    def test_a_name_that_means_data_is_shared_with_its_seeds(self):
        """Rule 6: `public/user-files/default.png` is a default, not code."""
        rules = generic({"public/index.html": "x" * 600, "public/user-files/default.png": "x"})
        assert linked(rules) == {"public/user-files": DIR}
        assert care(rules, "public/user-files/default.png") == ("seeded", "name")

    def test_a_name_that_may_mean_either_needs_to_be_empty(self):
        """`public/media` with shipped pictures is code; without any it is data."""
        assert linked(generic({"public/media/hero.jpg": "x"})) == {}
        assert care(generic({"public/a.css": "x"}), "public/media/new.jpg") == ("shared", "name")

    def test_a_name_inside_a_design_means_nothing(self):
        """`dashboard/assets/media/avatars` came with a theme."""
        rules = generic({"public/dashboard/assets/media/avatars/300-1.jpg": "x"})
        assert linked(rules) == {}

    def test_files_that_an_application_named_are_data(self):
        """Uploads committed by accident: `logos/app-logo-1762550601.png`."""
        names = ("app-logo-1762550601.png", "favicon-logo-1762550645.png")
        rules = generic({f"public/images/logos/{name}": "x" for name in names} | {"public/images/a.png": "x"})
        assert linked(rules) == {"public/images/logos": DIR}


class TestStrays:
    def test_a_stray_where_nothing_is_shipped_shares_the_directory(self):
        """Rule 5: the shallowest path that is not shipped."""
        assert laravel().stray_target("public/certificates/2024/a.pdf", FILE) == ("shared", "public/certificates")

    def test_a_stray_beside_code_is_named_by_no_rule(self):
        """One `public/sitemap.xml` never makes `public/` shared: it goes along, as does what is put between code."""
        assert laravel().stray_target("public/sitemap.xml", FILE) == ("unnamed", "public/sitemap.xml")
        assert laravel().stray_target("public/flags/new.svg", FILE)[1] == "public/flags/new.svg"
        assert laravel().stray_target("public/vendor/mine/a.css", FILE)[1] == "public/vendor/mine/a.css"

    def test_placeholders_do_not_count_as_shipped(self):
        """A directory with a `.gitkeep` and strays is being written to."""
        rules = laravel({"public/badges/.gitkeep": ""})
        assert rules.stray_target("public/badges/a/b.png", FILE) == ("shared", "public/badges")

    def test_a_stray_inside_a_shared_path_belongs_to_it(self):
        """The target is the path that is linked, not the file."""
        assert laravel().stray_target("storage/app/a.pdf", FILE) == ("shared", "storage")
        assert laravel(shared=("public/a/b/",)).stray_target("public/a/b/c.txt", FILE) == ("shared", "public/a/b")
        assert laravel().stray_target("public/invoices/7/a.pdf", FILE) == ("shared", "public/invoices")

    def test_an_ignored_stray_shares_the_directory_that_is_not_shipped(self):
        """`*.log` names no place; `/drafts` does, and a built name deep inside data means nothing."""
        rules = laravel({".gitignore": "*.log\n/drafts\n"})
        assert rules.stray_target("journal/today.log", FILE) == ("unnamed", "journal")
        assert rules.stray_target("drafts/build/plan.pdf", FILE) == ("shared", "drafts")
        assert rules.stray_target("public/coverage/policy.pdf", FILE)[1] == "public/coverage"

    @pytest.mark.parametrize(
        ("path", "expected"),
        [("bootstrap/cache/config.php", "cache"), ("public/build/a.js", "artifact"), (".DS_Store", "ephemeral")],
    )
    def test_what_a_rule_explains_is_no_data(self, path, expected):
        """Caches are never strays."""
        assert laravel().stray_target(path, FILE) == (expected, path)

    def test_outside_the_web_root_it_is_data_as_well(self):
        """G2: what no rule explains counts as user data."""
        assert laravel().stray_target("licence.key", FILE) == ("unnamed", "licence.key")
        assert laravel().stray_target("Modules/Shop/Shop.php", FILE) == ("unnamed", "Modules")

    def test_what_a_person_named_as_code_is_code(self):
        """G2: until a person says otherwise."""
        assert laravel(code=("public/flags/",)).stray_target("public/flags/x.svg", FILE) == (
            "code",
            "public/flags/x.svg",
        )

    def test_where_the_release_ships_a_file_the_release_wins(self):
        """G2: the displaced content goes to the attic; a file cannot be a directory of data."""
        assert laravel().stray_target("public/index.php", FILE) == ("code", "public/index.php")
        assert laravel().stray_target("artisan/x/y", FILE) == ("code", "artisan/x/y")

    def test_the_link_of_the_framework_is_no_data_but_a_directory_in_its_place_is(self):
        """A host without symlinks copied `storage/app/public` to `public/storage`: those are user files."""
        rules = laravel()
        assert rules.stray_target("public/storage", "link") == ("artifact", "public/storage")
        assert rules.stray_target("public/storage", DIR) == ("shared", "public/storage")
        assert rules.stray_target("public/storage/avatars/a.jpg", FILE) == ("shared", "public/storage")
        assert rules.links(("public/storage",)) == ()

    @given(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
        st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
    )
    def test_the_target_is_the_stray_or_above_it_and_ships_nothing(self, shipped, stray):
        """Sharing the target can neither miss the stray nor hide shipped code."""
        listing = source({"public/" + "/".join(shipped) + "/code.js": "x", "public/z.css": "x"})
        rules = Classifier(listing, load("generic"), Settings())
        path = "public/" + "/".join(stray) + "/stray.bin"
        said, target = rules.stray_target(path, FILE)
        assert said in ("shared", "unnamed")
        assert RelPath(path).is_within(target)
        assert not listing.has(target) or target == path


class TestDefaultAndWhole:
    def test_shipped_is_code_and_the_rest_of_the_web_root_is_data(self):
        """Rule 7."""
        assert care(laravel(), "public/index.php") == ("code", "preset")
        assert care(laravel({"public/app.css": "x"}), "public/app.css") == ("code", "default")
        assert care(laravel(), "public/anything/else.bin") == ("shared", "default")

    def test_every_rule_that_speaks_is_told_in_order(self):
        """`explain`: the first decides."""
        spoken = laravel(shared=("public/uploads/",)).explain("public/uploads/a.png")
        assert [said.rule for said in spoken] == ["configuration", "preset", "name", "default"]
        assert all(said.source for said in spoken)

    @pytest.mark.parametrize(
        "path",
        [
            "storage/x", "public/uploads/a", "public/invoices/b", "public/flags/de.svg", ".env", "public/avatars/u.png",
            "public/certificates/a", "bootstrap/cache/x.php", "data/x",
        ],
    )  # fmt: skip
    def test_what_lies_in_a_linked_path_is_ruled_to_be_data(self, path):
        """Links and rulings never disagree."""
        rules = laravel({"data/.gitkeep": "", ".gitignore": "/public/avatars\n"})
        covered = any(RelPath(path).is_within(one) for one in linked(rules, ["public/invoices", "public/uploads"]))
        if covered:
            assert rules.ruling(path).care in ("shared", "seeded")
        else:
            assert rules.stray_target(path, FILE)[1] not in linked(rules)

    @given(
        st.lists(
            st.sampled_from(
                [
                    "public/uploads/.gitkeep", "public/uploads/a.png", "public/uploads/a.php", "public/media/x.jpg",
                    "data/.gitignore", "public/a/b/c.js", "public/a/b/.keep", "storage/app/.gitignore", ".env",
                    "database/database.sqlite", "public/user-files/x.pdf", "files/delete.me", "public/a/exports/.keep",
                ]
            ),
            unique=True,
        )
    )  # fmt: skip
    def test_links_never_overlap_and_never_hide_a_program(self, names):
        """Of nested entries the parent is kept, and no shared directory holds shipped code."""
        rules = laravel(dict.fromkeys(names, "*"))
        paths = list(linked(rules))
        assert not any(RelPath(one).is_within(two) for one in paths for two in paths if one != two)
        for path in paths:
            assert path in ("storage", ".env") or not rules.shape.holds_program(path)

    def test_a_large_live_site_is_ruled_quickly(self):
        """A hundred thousand uploads are covered by their directory, not asked one by one."""
        existing = {f"public/uploads/{number // 100}/{number}.jpg": FILE for number in range(100_000)}
        assert linked(laravel({".gitignore": "*.log\n/vendor\n"}), existing)["public/uploads"] == DIR

    def test_an_empty_directory_is_seen_in_a_directory_source(self):
        """A submodule that was not fetched, or `mkdir public/exports-of-users`."""
        listing = Listing(
            {"public": Listed(DIR), "public/exports-of-users": Listed(DIR), "public/a.css": Listed(FILE, 9)}
        )
        assert linked(Classifier(listing, load("generic"), Settings())) == {"public/exports-of-users": DIR}
