"""Whatever stands in a file that somebody else may have written, parsers return a value or a problem in words."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

from holdfast_engine.data import baseline
from holdfast_engine.fs import attic
from holdfast_engine.fs.extract import TreeWriter
from holdfast_engine.fs.root import Root
from holdfast_engine.journal import log
from holdfast_engine.journal.record import Record
from holdfast_engine.model.layout import Layout
from holdfast_engine.model.listing import Listing
from holdfast_engine.model.problem import Problem
from holdfast_engine.rules import dotenv
from holdfast_engine.rules.declared import declared
from holdfast_engine.rules.detect_packages import Packages
from holdfast_engine.rules.shape_ignores import Ignores
from holdfast_engine.rules.shape_patterns import compiled
from holdfast_engine.site import format as site_format
from holdfast_engine.site import records
from holdfast_engine.sources.archives.gate import Limits
from holdfast_engine.sources.archives.unpack import unpack
from lib import tally
from lib.hostile_archives import honest
from lib.packing import END, USTAR, Zipped, header, pax, zipped

CORPUS = Path(__file__).parent.parent / "fixtures" / "fuzz"
FORMATS = Path(__file__).parent.parent / "fixtures" / "formats" / "1"
SOON = 2.0
"""Seconds in which a parser must be done with one small file, on any machine."""

few = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=1000, deadline=None, database=None, suppress_health_check=list(HealthCheck))

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def changed(kept: bytes) -> st.SearchStrategy[bytes]:
    """KEPT, a good file, with a value exchanged or some bytes changed; or anything at all."""
    value = json.loads(kept)
    swapped = st.tuples(st.sampled_from(sorted(value)), values).map(lambda pair: {**value, pair[0]: pair[1]})
    dropped = st.sampled_from(sorted(value)).map(lambda key: {name: value[name] for name in value if name != key})
    spliced = st.tuples(st.integers(0, len(kept)), st.integers(0, 9), st.binary(max_size=6)).map(
        lambda cut: kept[: cut[0]] + cut[2] + kept[cut[0] + cut[1] :]
    )
    whole = (swapped | dropped | values).map(lambda one: json.dumps(one).encode())
    return whole | spliced | st.binary(max_size=60) | st.just(b"[" * 100_000)


@contextlib.contextmanager
def site(path: str, content: bytes):
    """A root in which only PATH stands, with CONTENT."""
    with tempfile.TemporaryDirectory() as top:
        where = Path(top, path)
        where.parent.mkdir(parents=True)
        where.write_bytes(content)
        with Root(top) as root:
            yield root


def value_or_problem(read):
    """What READ returns; None when it is a problem, which must say something and how to go on."""
    began = time.process_time()  # of this process: how busy the machine is says nothing
    try:
        return read()
    except Problem as problem:
        _is_in_words(problem)
        return None
    finally:
        took = time.process_time() - began
        if took > SOON:
            pytest.fail(f"took {took:.1f} s")


def _is_in_words(problem: Problem) -> None:
    assert problem.message
    assert "\n" not in problem.message
    assert len(problem.message) < 1000


def read_site_file(content: bytes):
    with site(Layout.site_file, content) as root:
        return value_or_problem(lambda: site_format.read(root))


def read_record(content: bytes):
    with site(Layout.records / "r.json", content) as root:
        return value_or_problem(lambda: records.read_all(root))


def read_baseline(content: bytes):
    with site(Layout.baselines / "r.jsonl", content) as root:
        return value_or_problem(lambda: baseline.read(root, "r"))


def read_journal(content: bytes):
    with site(Layout.journals / "000001-deploy.jsonl", content) as root:
        return value_or_problem(lambda: log.read(root, "000001-deploy"))


def read_notes(content: bytes):
    with site(Layout.attic / "000001-deploy" / attic.NOTES, content) as root:
        return value_or_problem(lambda: list(attic.notes(root)))


def read_environment(content: bytes):
    return value_or_problem(lambda: dict(dotenv.assignments(content.decode("utf-8", "replace"))))


def listing_of(files: dict[str, bytes]) -> Listing:
    return Listing.of_files({path: len(content) for path, content in files.items()}, files.get)


def read_ignores(content: bytes):
    listing = listing_of({".gitignore": content, "a/b/c.txt": b"", "a" * 200 + "/" + "ab" * 90: b""})

    def read():
        rules = Ignores(listing)
        return [rules.ignored(path) for path in listing.entries], list(rules.literals())

    return value_or_problem(read)


MANIFESTS = (
    "composer.json",
    "package.json",
    "requirements.txt",
    "pyproject.toml",
    "Pipfile",
    "Gemfile",
    "Gemfile.lock",
)


def read_packages(content: bytes):
    packages = Packages(listing_of(dict.fromkeys(MANIFESTS, content)))
    return value_or_problem(lambda: [getattr(packages, name) for name in ("composer", "npm", "python", "gem")])


DECLARING = (
    "config/filesystems.php", ".env", ".env.example", "settings.py", "shop/settings/base.py", "config/storage.yml",
    "config/database.yml", "config/services.yaml", "config/packages/flysystem.yaml", "config/project/fs/photos.yaml",
    "app/upload.php", "config.py", "lib/upload.ts", "app/models/file.rb", "config/app.json",
)  # fmt: skip


def read_declared(content: bytes):
    found = value_or_problem(lambda: declared(listing_of(dict.fromkeys(DECLARING, content))))
    assert all(not one.path.startswith("/") and ".." not in one.path.split("/") for one in found or ())
    return found


def read_archive(content: bytes):
    with tempfile.TemporaryDirectory() as top, tempfile.TemporaryFile() as packed:
        packed.write(content)
        packed.flush()
        fd = os.open(top, os.O_RDONLY)
        tree = TreeWriter(fd, sealed=False, keep_writable=lambda _path: True)
        try:
            return value_or_problem(lambda: unpack(packed.fileno(), tree, Limits(bytes=1 << 26, names=500)))
        finally:
            tree.close()
            os.close(fd)


PARSERS = {
    "site": read_site_file,
    "record": read_record,
    "baseline": read_baseline,
    "journal": read_journal,
    "notes": read_notes,
    "environment": read_environment,
    "ignores": read_ignores,
    "packages": read_packages,
    "declared": read_declared,
    "archive": read_archive,
}


@pytest.mark.parametrize("path", sorted(CORPUS.rglob("*.*")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_once_ended_in_a_traceback_or_never_does_so_no_more(path):
    """A corpus of found cases: each in the directory of its parser."""
    PARSERS[path.parent.name](path.read_bytes())


SITE = (FORMATS / "site.json").read_bytes()
RECORD = min((FORMATS / "releases").iterdir()).read_bytes()
JOURNAL = min((FORMATS / "journal").iterdir()).read_bytes()
ROWS = min((FORMATS / "baselines").iterdir()).read_bytes().splitlines()


def summed(value: object) -> bytes:
    """A line of a journal with a right checksum, whatever it says."""
    import zlib

    body = json.dumps(value).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


rows = st.lists(
    st.sampled_from(ROWS) | values.map(lambda one: json.dumps(one).encode()) | st.binary(max_size=9), max_size=5
)
lines = st.lists(
    values.map(summed) | st.sampled_from(JOURNAL.splitlines(keepends=True)) | st.binary(max_size=12), max_size=5
)
BITS = {
    "ignores": [
        "*", "**", "**/", "/**", "/", "!", "#", "a", "ab", "[", "]", "[!", "[a-z]", "[z-a]", "\\", "?", "\n",
        " ", "^", "-",
    ],
    "packages": [
        '"', "'", "[", "]", "{", "}", ":", ",", "dependencies", "require", "=", "\n", "a", "gem", "(",
        "[tool.x]", "    a (",
    ],
    "declared": [
        "'root'", "=>", "public_path(", "storage_path('", "..", "/", "')", "\n", "//", "/*", "*/", "#", '"',
        "MEDIA_ROOT", "=", " BASE_DIR /", "'NAME':", "DB_DATABASE=", ".sqlite", "root: <%= Rails.root.join(",
        ") %>", "database: ", "\\", "\x00", "env(", "upload_directory: ", "'%kernel.project_dir%/", "path: '@webroot/",
    ],
    "environment": [
        "A", "=", '"', "'", "\\", "\n", "\r", " ", "#", "export ", "\x00", "$", "\\n", '="', "='",
    ],
}  # fmt: skip


def texts(name: str) -> st.SearchStrategy[bytes]:
    """Files made of what means something to the parser NAME, sometimes very often."""
    bits = st.lists(st.sampled_from(BITS[name]), max_size=30).map("".join)
    often = st.tuples(bits, st.integers(1, 300)).map(lambda pair: pair[0] * pair[1])
    return (bits | often).map(lambda text: text.encode()[:20_000]) | st.binary(max_size=80)


digits = st.binary(min_size=0, max_size=12)
headers = st.builds(
    lambda name, size, kind, text, magic, prefix, raw: header(
        name, size, kind, text=text, magic=magic, prefix=prefix, raw_size=raw
    ),
    st.binary(max_size=100), st.integers(0, 4096),
    st.sampled_from([b"0", b"\0", b"2", b"5", b"x", b"g", b"L", b"K", b"1", b"S"]),
    st.binary(max_size=100), st.sampled_from([USTAR, b"ustar  \0"]),
    st.sampled_from([b"", b"a", b"../a"]), st.just(b"") | digits,
)  # fmt: skip
extended = st.lists(
    st.tuples(st.sampled_from([b"path", b"linkpath", b"size", b"mtime", b"GNU.sparse.name"]), st.binary(max_size=30)),
    max_size=3,
).map(lambda pairs: pax(*pairs))
tars = st.lists(headers | extended | st.binary(min_size=512, max_size=512), max_size=5).map(
    lambda all_: b"".join(all_) + END
)
members = st.builds(
    Zipped, st.binary(max_size=20), st.binary(max_size=50), st.integers(0, 0xFFFF), st.sampled_from([0, 3]),
    st.integers(0, 0xFFFF), st.sampled_from([0, 8, 14]), st.none() | st.binary(max_size=20),
    st.none() | st.integers(0, 1 << 31), st.none() | st.integers(0, 1 << 31), extra=st.binary(max_size=30),
    attributes=st.integers(0, 255), local_size=st.none(), offset=st.none() | st.integers(0, 300),
)  # fmt: skip
zips = st.lists(members, max_size=3).map(lambda all_: zipped(*all_))
spoilt = st.tuples(st.sampled_from(honest()), st.integers(0, 2000), st.binary(max_size=8)).map(
    lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + len(parts[2]) :]
)

FILES = {
    "site": changed(SITE),
    "record": changed(RECORD),
    "baseline": rows.map(b"\n".join) | st.just(b"\n".join(ROWS)).map(lambda whole: whole[:-40]),
    "journal": lines.map(b"".join),
    "notes": st.lists(values.map(lambda one: json.dumps(one).encode()) | st.binary(max_size=9), max_size=4).map(
        b"\n".join
    ),
    "archive": tars | zips | spoilt,
    **{name: texts(name) for name in BITS},
}


def fuzz(name: str, how: settings, number: int = 0) -> None:
    @seed(number)
    @how
    @given(FILES[name])
    def each(content: bytes) -> None:
        PARSERS[name](content)

    each()


@pytest.mark.parametrize("name", FILES)
def test_a_parser_returns_a_value_or_a_problem(name):
    """G7, R10: the share of every push."""
    fuzz(name, few)


@pytest.mark.soak(share=6)
@pytest.mark.parametrize("number", range(1, 21))
@pytest.mark.parametrize("name", FILES)
def test_a_parser_returns_a_value_or_a_problem_for_twenty_thousand_files(name, number):
    """G7, R10, per release: in twenty times a thousand."""
    fuzz(name, many, number)
    tally.add(f"read: {name}", "any bytes", 1000)


def plain(pattern: str) -> re.Pattern[str]:
    """What a pattern of letters, `*`, `?` and `/` means, in the simplest of expressions, however slow."""
    meant = {"*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meant.get(letter, re.escape(letter)) for letter in pattern))


@given(st.text("ab*?/", max_size=9).filter(lambda text: "**" not in text), st.text("ab/", max_size=12))
@example("a*a*b/*b*", "aaab/abb")
@settings(max_examples=400, deadline=None, database=None)
def test_the_fast_expression_of_a_pattern_matches_what_the_simple_one_does(pattern, path):
    """A pattern that takes no time must not mean another thing."""
    assert bool(compiled(pattern).fullmatch(path)) == bool(plain(pattern).fullmatch(path))


@pytest.mark.parametrize(
    "pattern", ["*a" * 20 + "b", "**/" * 30 + "b", "**/a/" * 20 + "b", "a*" * 60 + "?b", "**" * 40 + "b"]
)
def test_no_pattern_of_a_source_takes_longer_than_a_moment(pattern):
    """A repository must not be able to stop its own deploy for ever with a line of `.gitignore`."""
    began = time.process_time()  # of this process: how busy the machine is says nothing
    for path in ("a" * 255, "a/" * 200 + "a", "/".join(["a" * 100] * 20)):
        compiled(pattern).fullmatch(path)
    assert time.process_time() - began < SOON


def test_a_record_that_is_summed_rightly_and_says_nothing_is_no_record():
    """A checksum tells that nobody changed the line, not that it was ours."""
    assert Record.from_line(summed([1, "begin"])) is None
    assert Record.from_line(summed({"a": 1})) is None
