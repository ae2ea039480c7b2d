"""Where code comes from: a commit of a git repository, a directory, or an archive.

Sources are read and never changed; what they hold is written into a release by `fs.extract`
alone, and git writes only into its mirror in the cache. May import `model` and `fs`.
The code for each kind is read where one of that kind is opened: git's alone is thirty modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Optional

from holdfast_engine.fs.durable import temporary_directory
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Source
from holdfast_engine.sources.source import TreeSource

if TYPE_CHECKING:
    from holdfast_engine.sources.git import GitSource

__all__ = ["TreeSource", "in_repository", "keep_fetched", "open_source", "room_for"]

_UNSIGNED = "a signature is required, and only commits and tags of a git repository have one"
_UNCOUNTED = "a SHA-256 is given, and only an archive has one"


@contextmanager
def room_for(*sources: Source) -> Iterator[str]:
    """A directory outside every site for what SOURCES fetch, gone after the block; empty where none fetches."""
    if all(source.kind != "git" for source in sources):
        yield ""
    else:
        with temporary_directory() as cache:
            yield cache


def open_source(source: Source, cache_dir: str, *, lent: str = "") -> TreeSource:
    """SOURCE, found, fetched into CACHE_DIR where it needs to be, and ready to be read; the caller closes it.

    CACHE_DIR must exist where a repository is read. What LENT, another cache, holds is read there and not fetched;
    nothing is written to it. Raises what the `prepare` of each raises, and `source-unusable` for a proof that its kind
    cannot give.
    """
    if source.kind != "git" and source.signed:
        raise Problem("source-unusable", _UNSIGNED, hint="`--no-verify-signature`, or name a repository")
    if source.kind != "archive" and source.sha256:
        raise Problem("source-unusable", _UNCOUNTED, hint="remove it; a commit's id proves its content")
    if source.kind == "git":
        return _repository(source, cache_dir, lent)
    if source.kind == "archive":
        from holdfast_engine.sources.archive import ArchiveSource

        archive = ArchiveSource(source.location, source.sha256)
        archive.prepare()
        return archive
    if source.kind == "directory":
        from holdfast_engine.sources.directory import DirectorySource

        directory = DirectorySource(source.location)
        directory.prepare()
        return directory
    raise Problem("source-unusable", f"a source of kind `{source.kind}` cannot be read")


def keep_fetched(source: TreeSource, cache_dir: str) -> None:
    """CACHE_DIR holds what SOURCE fetched elsewhere, so that the next deploy does not fetch it again."""
    commit = in_repository(source)
    if commit is not None:
        commit.keep_in(cache_dir)


def in_repository(source: Optional[TreeSource]) -> Optional[GitSource]:
    """SOURCE where it is a commit, with the history of its repository; None for everything else."""
    if source is None or source.describe()["kind"] != "git":
        return None
    from holdfast_engine.sources.git import GitSource

    assert isinstance(source, GitSource)
    return source


def _repository(source: Source, cache_dir: str, lent: str) -> GitSource:
    """The commit that was asked for: where the branch moved on since its settings were read, the commit they belong
    to.
    """
    from holdfast_engine.sources.git import GitSource

    repository = GitSource(source.location, source.ref, cache_dir, lent=lent, signed=source.signed)
    if source.commit in ("", repository.prepare().id):
        return repository
    repository.close()
    pinned = GitSource(source.location, source.commit, cache_dir, lent=lent, signed=source.signed)
    pinned.prepare()
    return pinned
