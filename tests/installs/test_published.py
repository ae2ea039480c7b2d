"""What `make dist` leaves: the same bytes from the same sources, with checksums, and a page that leads somewhere."""

from __future__ import annotations

import email
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile

from house.source_tree import ROOT, read, tracked


def project():
    return tomllib.loads(read("pyproject.toml"))["project"]


def test_each_way_to_install_has_its_file_and_its_checksum(published):
    """The wheel, its sources, both programs in one file, the package, and SHA256SUMS."""
    version = project()["version"]
    names = [
        f"holdfast-{version}-py3-none-any.whl",
        f"holdfast-{version}.tar.gz",
        "holdfast-engine.pyz",
        "holdfast.pyz",
        f"holdfast_{version}_all.deb",
    ]
    assert sorted(os.listdir(published.at)) == ["SHA256SUMS", *names]
    lines = (published.at / "SHA256SUMS").read_text().splitlines()
    sums = [hashlib.sha256((published.at / name).read_bytes()).hexdigest() for name in names]
    assert lines == [f"{digest}  {name}" for digest, name in zip(sums, names, strict=True)]


def test_the_same_sources_make_the_same_bytes_elsewhere(published, built_elsewhere, tmp_path, monkeypatch):
    """In another directory, by another umask, in another time zone, with other dates of the files."""
    there = tmp_path / "another clone"
    os.umask(0o077)
    for path in tracked():
        (there / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.path.join(ROOT, path), there / path)
    (there / ".wheels").symlink_to(os.path.join(ROOT, ".wheels"))
    monkeypatch.setenv("TZ", "Pacific/Chatham")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    built = built_elsewhere(there, tmp_path / "published")
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "published/SHA256SUMS").read_text() == (published.at / "SHA256SUMS").read_text()


def metadata(published):
    with zipfile.ZipFile(published.one("*.whl")) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))


LED = re.compile(r"\]\(([^)\s]+)|\b(?:src|href)=\"([^\"]+)|^\[[^\]]+\]: (\S+)", re.MULTILINE)


def test_no_link_of_the_page_that_an_index_shows_is_relative(published):
    """There it would lead nowhere. None was lost on the way either."""
    page = metadata(published).get_payload()
    links = ["".join(found) for found in LED.findall(page)]
    assert [link for link in links if not re.match(r"https://|#", link)] == []
    assert len(links) == len(LED.findall(read("README.md"))) > 10


def test_each_link_of_that_page_is_to_a_file_of_this_version(published):
    """A page of an older version does not lead to what is written of a newer one."""
    source, version = project()["urls"]["Source"], project()["version"]
    links = ["".join(found) for found in LED.findall(metadata(published).get_payload())]
    ours = [re.split(r"/v[^/]+/", link.removeprefix(source))[1] for link in links if f"/v{version}/" in link]
    assert ours
    assert [path for path in ours if not os.path.exists(os.path.join(ROOT, path.partition("#")[0]))] == []


def test_an_index_is_told_where_the_project_lives(published):
    """Links, classifiers, and which Python is needed."""
    told = metadata(published)
    labels = {one.partition(",")[0] for one in told.get_all("Project-URL")}
    assert labels == {"Homepage", "Documentation", "Source", "Changelog", "Issues"}
    assert told["Requires-Python"] == ">=" + oldest(published, "holdfast.pyz")
    assert f"Programming Language :: Python :: {oldest(published, 'holdfast.pyz')}" in told.get_all("Classifier")


def oldest(published, name):
    """The first Python that runs the file NAME, as the file itself has it."""
    with zipfile.ZipFile(published.at / name) as archive:
        return ".".join(
            re.findall(r'(?m)^    start\("\w+", \((\d+), (\d+)\)\)$', archive.read("__main__.py").decode())[0]
        )


def test_the_page_of_ways_to_install_says_which_python_each_needs(published):
    """What people read before they have anything that could tell them."""
    table = dict(re.findall(r"`(holdfast[\w-]*\.pyz)`[^|]*\| Python ([\d.]+) or newer \|", read("docs/install.md")))
    assert table == {name: oldest(published, name) for name in ("holdfast.pyz", "holdfast-engine.pyz")}


def test_what_is_needed_is_of_python_alone(published):
    """So that one file can hold all of it, and a wheel installs without a compiler."""
    needed = metadata(published).get_all("Requires-Dist")
    assert sorted(re.split(r"[><=]", one)[0] for one in needed) == ["click", "rich"]
    with zipfile.ZipFile(published.one("holdfast.pyz")) as archive:
        assert [name for name in archive.namelist() if name.endswith((".so", ".pyd", ".pyc", ".exe"))] == []


def test_the_source_archive_makes_the_same_wheel(published, tmp_path):
    """Who packages Holdfast starts there, and has no repository."""
    with tarfile.open(published.one("*.tar.gz")) as archive:
        archive.extractall(tmp_path, filter="data")
    (top,) = tmp_path.glob("holdfast-*")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "again")]
    subprocess.run(command, cwd=top, capture_output=True, check=True)
    wheel = published.one("*.whl")
    assert (tmp_path / "again" / wheel.name).read_bytes() == wheel.read_bytes()
