"""Where everything lies below a deploy root: the only code that knows directory names."""

from __future__ import annotations

from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass

STATE = RelPath(".holdfast")
ENVIRONMENT = ".env"
"""The application's own file of secrets, at the top of a release and of `shared/`."""


@dataclass(frozen=True)
class Layout:
    """The names of one deploy root. All but `shared_name` are the same everywhere; paths are relative to the root."""

    shared_name: str = "shared"

    @property
    def shared(self) -> RelPath:
        return RelPath(self.shared_name)

    releases = RelPath("releases")
    current = RelPath("current")
    state = STATE
    left = RelPath(".holdfast-left")
    site_file = STATE / "site.json"
    readme = STATE / "README"
    lock_file = STATE / "lock"
    journals = STATE / "journal"
    records = STATE / "releases"
    baselines = STATE / "baselines"
    carried = STATE / "carried"
    second_names = STATE / "carried" / "files"
    bases = STATE / "carried" / "bases"
    attic = STATE / "attic"
    trash = STATE / "trash"
    scratch = STATE / "scratch"
    cache = STATE / "cache"
    reserve = STATE / "reserve"

    def in_shared(self, path: str) -> RelPath:
        return self.shared / path

    def release(self, release: str) -> RelPath:
        return self.releases / release

    def journal(self, operation: str) -> RelPath:
        return self.journals / f"{operation}.jsonl"

    def record(self, release: str) -> RelPath:
        return self.records / f"{release}.json"

    def baseline(self, release: str) -> RelPath:
        return self.baselines / f"{release}.jsonl"


OURS = (str(Layout.releases), Layout.shared_name, str(Layout.current), str(Layout.state), str(Layout.left))
"""Names of a site's own at its top."""
