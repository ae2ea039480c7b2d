"""Rules 3, 4 and 6: what an author says by literals, by ignore lines and examples counts; a name alone does not."""

import pytest

from holdfast_engine.model.listing import Listing
from holdfast_engine.model.request import Settings
from holdfast_engine.rules.classify import Classifier
from holdfast_engine.rules.declared import declared
from holdfast_engine.rules.detect import detect
from holdfast_engine.rules.detect_report import report
from holdfast_engine.rules.shape_given import is_default, is_generated

MD5 = "c1edf7040413c9b9ee0ea0c7b4306aac"


def source(files):
    return Listing.of_files(
        {path: len(text) for path, text in files.items()},
        lambda path: files[path].encode() if path in files else None,
    )


def ruled(files, **settings):
    listing = source(files)
    return Classifier(listing, detect(listing), Settings(**settings))


def shared(files, existing=()):
    return {one.path for one in ruled(files).shared_paths(existing)}


def kept(files):
    answer = report(source(files), Settings())
    return set(answer["persistent"]), set(answer["persistent_files"]), set(answer["hints"])


def said(files, **places):
    return {one.path: one.care for one in declared(source(files), **places)}


LARAVEL = {"artisan": "x", "composer.json": '{"require": {"laravel/framework": "11"}}', "public/index.php": "<?php"}
PHP = {"index.php": "<?php echo 1;", "composer.json": "{}"}
SYMFONY = {
    "composer.json": '{"require": {"symfony/framework-bundle": "6"}}',
    "config/bundles.php": "x",
    ".env": "A=1",
}
IGNORING = {
    **LARAVEL,
    ".gitignore": "/public/gallery\n/config/shop.php\n*.sqlite\n*.min.js\n/public/build\n/coverage\n",
}


class TestNamesAlone:
    @pytest.mark.parametrize(
        "path",
        [
            "public/documents/terms.pdf",
            "public/uploads/prices-2024.pdf",
            "public/user-files/hero.jpg",
            "public/exports/Report.cs",
            "public/avatars/rules.sql",
            "public/invoices/Mail.kt",
            "public/certificates/ca-bundle.crt",
        ],
    )
    def test_what_an_author_ships_is_code_whatever_its_directory_is_called(self, path):
        """G2: it changes with the release, and is withdrawn with it."""
        assert path.rpartition("/")[0] not in shared({**LARAVEL, path: "x"})
        assert ruled({**LARAVEL, path: "x"}).ruling(path).care == "code"

    @pytest.mark.parametrize(
        "name",
        [f"{MD5}.pdf", "photo-1762550601.png", "0f8fad5b-d9cb-469f-a165-70867728950e.jpg", "IMG_20240131_123456.JPG"],
    )
    def test_what_an_application_named_is_data_whatever_its_directory_is_called(self, name):
        """Uploads that were committed with the rest: every file in it bears such a name."""
        other = f"240bb0408ac87c722420fa6596fd7e90.{name.rpartition('.')[2]}"
        files = {**PHP, "assets/site.css": "x", f"assets/teachers/{name}": "x", f"assets/teachers/{other}": "x"}
        assert "assets/teachers" in shared(files)
        assert "assets/teachers" not in shared({**files, "assets/teachers/logo.svg": "x"})

    def test_a_build_s_digests_are_no_sign_of_users(self):
        """`logo.5d5d….svg` begins with a word of an author; and where nothing runs nobody uploads."""
        names = (f"logo.{MD5}.svg", f"hero.{MD5}.png")
        assert shared({**PHP, **{f"assets/{name}": "x" for name in names}}) == set()
        static = {"index.html": "<h1>club</h1>" * 99, f"pictures/{MD5}.png": "x", f"pictures/{MD5[::-1]}.png": "x"}
        assert shared(static) == set()

    def test_a_picture_that_stands_for_a_users_is_a_seed(self):
        """`no-image.png` alone leaves `uploads` what it is named for."""
        assert "public/uploads" in shared({**LARAVEL, "public/uploads/no-image.png": "x"})
        assert [is_default(name) for name in ("user_blank.png", "default-300.jpg", "team.jpg", "default.js")] == [
            True, True, False, False,
        ]  # fmt: skip

    def test_a_counter_says_so_in_a_directory_for_uploads_alone(self):
        """Authors count as well: `icon-512.png`, `2024.pdf`."""
        assert is_generated("INV-2026-0001.pdf", counted=True)
        assert not is_generated("INV-2026-0001.pdf")
        assert not is_generated("prices-2024.pdf", counted=True)
        assert "public/images" not in shared(
            {**LARAVEL, "public/images/icon-192.png": "x", "public/images/icon-512.png": "x"}
        )

    def test_code_of_a_framework_is_code_at_any_depth(self):
        """WordPress in a directory of its own, beside something else."""
        files = {**PHP, "site/blog/wp-includes/version.php": "x", "site/blog/wp-load.php": "x"}
        rules = ruled({**files, "wordpress/wp-load.php": "x", "wordpress/wp-includes/certificates/legacy.txt": "x"})
        assert rules.ruling("wordpress/wp-includes/certificates/legacy.txt").care == "code"

    @pytest.mark.parametrize("folder", ["data", "content/posts", "layouts", "i18n"])
    def test_a_placeholder_in_what_a_build_reads_waits_for_an_author(self, folder):
        """Hugo: no program runs that could write there."""
        assert shared({"hugo.toml": "title='x'", f"{folder}/.gitkeep": ""}) == set()


class TestGuards:
    GUARD = (
        "<?php\n/**\n * "
        + "Licence. " * 120
        + "\n */\nheader('Expires: Mon, 26 Jul 1997');\nheader('Location: ../');\nexit;\n"
    )

    def test_comments_headers_and_an_end_are_no_page(self):
        """Shops put such a page into every directory: up to two kilobytes of it say nothing."""
        assert "photos-of-users" in {
            top.rpartition("/")[2] for top in shared({**LARAVEL, "public/photos-of-users/index.php": self.GUARD})
        }

    def test_but_a_page_that_does_something_is_one(self):
        """A header before an answer is a program."""
        page = self.GUARD.replace("exit;", "echo run();")
        assert "public/photos-of-users" not in shared({**LARAVEL, "public/photos-of-users/index.php": page})

    def test_a_file_that_only_keeps_a_directory_is_one_by_any_usual_name(self):
        """`_dummy`, `placeholder.txt`."""
        for name in ("_dummy", "placeholder.txt", ".hgkeep"):
            assert "public/flyers" in shared({**LARAVEL, f"public/flyers/{name}": ""})


class TestIgnored:
    def test_a_directory_named_without_a_wildcard_is_the_author_s_word(self):
        """Whatever words are in it."""
        dirs, _, hints = kept(
            {**PHP, ".gitignore": "/_data\n/db/assets/*\n/backup-temp-files/\nhtmlcov/\n/tmp\n/x64/\n"}
        )
        assert {"_data", "db/assets", "backup-temp-files"} <= dirs
        assert hints >= {"htmlcov", "x64"}
        assert not dirs.intersection({"htmlcov", "x64", "tmp"})

    def test_a_page_that_is_excepted_keeps_its_directory_open(self):
        """`/galleries/*` and `!/galleries/index.php`: whatever else comes there is the server's."""
        files = {**PHP, "galleries/index.php": "", ".gitignore": "/galleries/*\n!/galleries/index.php\n/data/logs/*\n"}
        assert {"galleries", "data/logs"} <= kept(files)[0]

    def test_what_every_source_ignores_is_kept_where_it_appears(self):
        """G2: a hint is no claim, and nothing on a server is lost for being one."""
        assert ruled({**PHP, ".gitignore": "logs/\n"}).stray_target("logs/today.txt", "file") == ("unnamed", "logs")

    def test_sharing_never_climbs_to_what_nobody_named(self):
        """`/data/import/` names that directory, and not `data`."""
        rules = ruled({**PHP, ".gitignore": "/data/import/\n"})
        assert rules.stray_target("data/import/2024/a.csv", "file") == ("shared", "data/import")
        assert "public/v2" not in shared({**LARAVEL, "public/v2/tickets/.gitkeep": ""})
        assert "public/v2/tickets" in shared({**LARAVEL, "public/v2/tickets/.gitkeep": ""})

    @pytest.mark.parametrize(
        ("example", "real"),
        [
            ("include/ost-sampleconfig.php", "include/ost-config.php"),
            ("conf/dist-configure.php", "conf/configure.php"),
            ("config/site.yml.tmpl", "config/site.yml"),
            ("settings-sample.php", "settings-sample.php".replace("-sample", "")),
            ("inc/config.php.dist", "inc/config.php"),
            ("main.example.json", "main.json"),
        ],
    )
    def test_an_example_names_the_file_that_is_left_out(self, example, real):
        """However the example is called."""
        assert real in kept({**PHP, example: "x", ".gitignore": f"/{real}\n"})[1]

    def test_settings_of_tools_are_on_no_server(self):
        """`phpunit.xml.dist` is an example as well."""
        files = {**PHP, "phpunit.xml.dist": "x", "docker-compose.yml.dist": "x"}
        assert kept({**files, ".gitignore": "phpunit.xml\ndocker-compose.yml\n"})[1] == set()


class TestEnvironment:
    def test_an_example_that_nothing_here_reads_makes_nothing_needed(self):
        """It was left by another framework."""
        assert ruled({**SYMFONY, ".env.example": "APP_KEY="}).needs == ()
        assert ruled({"bin/rails": "x", "Gemfile": "gem 'rails'", ".env.example": "A="}).needs == (".env",)

    def test_one_that_a_library_reads_does(self):
        """`python-dotenv` in a framework that has settings of its own."""
        typo3 = {"composer.json": '{"require": {"drupal/core": "11"}}', "web/index.php": "x", ".env.example": "A="}
        with_reader = typo3["composer.json"].replace("}}", ', "vlucas/phpdotenv": "5"}}')
        assert ruled({**typo3, "composer.json": with_reader}).needs == (".env",)


class TestLetGo:
    @pytest.mark.parametrize(
        ("path", "target"),
        [
            ("public/gallery/1.jpg", "public/gallery"),
            ("config/shop.php", "config/shop.php"),
            ("rows/club.sqlite", "rows/club.sqlite"),
            ("public/app.min.js", ""),
            ("public/build/app.js", ""),
            ("coverage/index.html", ""),
            ("public/old.jpg", ""),
        ],
    )
    def test_what_is_not_tracked_any_more_and_ignored_is_the_server_s(self, path, target):
        """G2; but not what builds and tools make, and nothing that was only taken away."""
        assert ruled(IGNORING).leaves_to_the_server(path) == target


class TestLiterals:
    def test_code_igniter_names_where_uploads_go(self):
        """Relative to the front page, in whichever controller."""
        text = "<?php $config['upload_path'] = './assets/images/berita/'; $c = ['upload_path' => FCPATH . 'files/out'];"
        assert said({"application/controllers/News.php": text}, web_root=".") == {
            "assets/images/berita": "shared", "files/out": "shared",
        }  # fmt: skip

    def test_a_call_that_writes_names_a_place_in_the_web_root(self):
        """One that reads does not."""
        text = (
            "<?php $f->move(public_path('photos/members'), $n);"
            " $x = public_path('css/app.css'); $destinationPath = public_path().'/scans';"
        )
        assert set(said({"app/Http/Controllers/A.php": text})) == {"public/photos/members", "public/scans"}

    def test_a_program_beside_its_uploads(self):
        """`move_uploaded_file` with a folder of its own."""
        text = '<?php $target_dir = "../pictures/"; move_uploaded_file($_FILES["f"]["tmp_name"], $target_dir . $n);'
        assert set(said({"admin/add.php": text}, web_root=".")) == {"pictures"}

    def test_a_folder_that_python_names(self):
        """`UPLOAD_FOLDER` of Flask and what is called like it."""
        text = (
            "UPLOAD_FOLDER = os.path.join(BASE_DIR, 'incoming', 'scans')\n"
            "app.config['UPLOAD_FOLDER'] = 'static/given'\n"
        )
        assert set(said({"config.py": text})) == {"incoming/scans", "static/given"}

    def test_a_path_that_node_joins_and_writes_to(self):
        """From where it is started, or from where it lies; what is only read is no data."""
        text = "const d = path.join(process.cwd(), 'public', 'scans'); await fs.mkdir(d); multer({ dest: 'incoming/' })"
        assert set(said({"lib/save.ts": text})) == {"public/scans", "incoming"}
        assert said({"lib/read.ts": "readdir(path.join(process.cwd(), 'posts'))"}) == {}

    def test_attachments_of_ruby(self):
        """Paperclip's `path:` and CarrierWave's `store_dir`."""
        files = {
            "app/models/user.rb": 'has_attached_file :photo, path: ":rails_root/db/assets/:id/:style.:extension"\n',
            "app/uploaders/scan.rb": 'def store_dir\n  "scans/#{model.id}"\nend\n',
        }
        assert set(said(files)) == {"db/assets", "public/scans"}

    def test_a_database_in_settings(self):
        """`database:` of a configuration, and Prisma's place."""
        files = {
            "config/database.json": '{"database": "./rows/club.sqlite"}',
            ".env": 'DATABASE_URL="file:./dev.db"\n',
            "prisma/schema.prisma": "",
        }
        assert set(said(files)) == {"rows/club.sqlite", "prisma/dev.db"}

    def test_where_composer_installs_is_output(self):
        """`vendor-dir`."""
        assert said({"composer.json": '{"config": {"vendor-dir": "lib/packages"}}'}) == {"lib/packages": "artifact"}

    def test_a_literal_in_a_program_makes_no_author_s_file_data(self):
        """G2: it is named in passing; what is shipped there stays the release's."""
        text = "<?php $f->move(public_path('pictures'), $n);"
        files = {**LARAVEL, "app/Http/Controllers/A.php": text}
        assert "public/pictures" in shared(files)
        assert "public/pictures" not in shared({**files, "public/pictures/hero.jpg": "x"})
