"""Rule 1: what the site's own configuration says about paths, checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Optional

from holdfast_engine.model.paths import RelPath, folded
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import ARTIFACT, CARRIED, CODE, SHARED
from holdfast_engine.model.values import dataclass
from holdfast_engine.rules.shape_patterns import lineage


@dataclass(frozen=True)
class Named:
    """One path of the configuration: SAID is how it was written, IS_DIR whether with a trailing slash. REVIEWED says
    that a person named it by `review`, and no file does.
    """

    path: str
    care: str
    said: str
    reviewed: bool = False

    @property
    def is_dir(self) -> bool:
        return self.said.endswith("/")

    @property
    def source(self) -> str:
        if self.reviewed:
            return f"`holdfast review {'share' if self.care == SHARED else 'keep'} {self.path}`"
        key = {SHARED: "paths", CODE: "code", ARTIFACT: "artifacts", CARRIED: "carried"}[self.care]
        return f"[shared] {key} = `{self.said}`"


class Configured:
    """The paths of one configuration; the deepest that covers a path speaks for it.

    Raises `path-invalid` for what is no path inside the application (I14, I19, I27) and
    `shared-paths-overlap` for spellings that some file systems take for one, for a path with
    two cares, and for code or output inside a shared path.
    """

    def __init__(self, settings: Settings) -> None:
        groups = (
            (SHARED, settings.shared),
            (CODE, settings.code),
            (ARTIFACT, settings.artifacts),
            (CARRIED, settings.carried),
        )
        named = [_named(text, care, settings.reviewed) for care, texts in groups for text in texts]
        _refuse_spellings(named)
        self.by_path: dict[str, Named] = {}
        for one in named:
            _refuse_two_cares(self.by_path.get(one.path), one)
            if one.path not in self.by_path or one.is_dir:
                self.by_path[one.path] = one

    def covering(self, path: str) -> Optional[Named]:
        """What the configuration says of PATH, by its nearest named ancestor."""
        if not self.by_path:
            return None
        return next((self.by_path[here] for here in lineage(path) if here in self.by_path), None)

    def shared(self) -> Iterable[Named]:
        return [one for one in self.by_path.values() if one.care == SHARED]

    def inside(self, path: str) -> Optional[Named]:
        """A path below PATH that is named as code or output, so that PATH cannot be shared as a whole."""
        others = (one for one in self.by_path.values() if one.care != SHARED)
        return next((one for one in others if one.path.startswith(path + "/")), None)


def _named(text: str, care: str, reviewed: Collection[str]) -> Named:
    path = RelPath.parse(text, what="shared path" if care == SHARED else f"{care} path")
    return Named(path, care, text, path in reviewed)


def _plain(text: str) -> str:
    return "/".join(name for name in text.split("/") if name not in ("", "."))


def _refuse_spellings(named: Iterable[Named]) -> None:
    """Two names that only some file systems keep apart would be two paths here and one there."""
    seen: dict[str, str] = {}
    for one in named:
        for spelling in lineage(_plain(one.said)):
            first = seen.setdefault(folded(spelling), spelling)
            if first != spelling:
                raise Problem(
                    "shared-paths-overlap",
                    f"`{first}` and `{spelling}` differ only in case or in how letters are encoded",
                    context=[one.source],
                    hint="keep the spelling that the application uses",
                )


def _refuse_two_cares(first: Optional[Named], second: Named) -> None:
    if first is not None and first.care != second.care:
        raise Problem(
            "shared-paths-overlap",
            f"`{second.path}` is named twice, as {first.care} and as {second.care}",
            context=[first.source, second.source],
            hint="keep one of the two lines",
        )


def looks_like_file(path: str) -> bool:
    """True when nothing but the name can tell and it has a suffix or a leading dot."""
    return bool(re.search(r"^\.|.\.[A-Za-z0-9]{1,12}$", path.rpartition("/")[2]))
