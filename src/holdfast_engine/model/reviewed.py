"""What a person said of paths that look like code: kept in the site file, and laid over the settings (G2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any, Optional

from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem
from holdfast_engine.model.request import Settings
from holdfast_engine.model.rules import CARRIED
from holdfast_engine.model.values import dataclass

FORMAT = 1
FEATURE = "review"
"""The name of this in the site file, for as long as anything is said."""
KEEP, DROP, SHARE, FORGET, DIFF = "keep", "drop", "share", "forget", "diff"
DATA, EDITED, DELETED = "data", "edited", "deleted"
"""What a path that is listed is, besides carried: data that lies in `shared/`, a shipped file that was edited here, a
shipped file that was deleted here.
"""
_LISTS = {"carried": "carried", "shared": "paths"}
"""The settings that a word adds to, and the names of their lists in `[shared]`."""


@dataclass(frozen=True)
class Said:
    """One person's WORD on a path, and WHAT it was then; IS_DIR says that it was a directory. WHO said so, and AT which
    time. DIGEST is that of an edited file: another edit is another question.
    """

    word: str
    what: str
    is_dir: bool = False
    who: str = ""
    at: float = 0.0
    digest: str = ""

    @property
    def setting(self) -> str:
        """The setting that this word adds its path to; empty where it is a word on the list alone."""
        if self.word == SHARE:
            return "shared"
        return "carried" if self.word == KEEP and self.what in (CARRIED, EDITED) else ""

    @property
    def list_name(self) -> str:
        """The list of `[shared]` in holdfast.toml that says the same, what is kept of data included."""
        if self.word == KEEP and self.what == DATA:
            return "paths"
        return _LISTS.get(self.setting, "")

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Said:
        known = {name: one for name, one in value.items() if name in cls.__dataclass_fields__}
        return cls(**known)


@dataclass(frozen=True)
class Reviewed:
    """Every word that holds, by path."""

    words: Mapping[str, Said] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As the site file has it: nothing where nothing is said."""
        if not self.words:
            return {}
        return {"format": FORMAT, "said": {path: one.to_json() for path, one in sorted(self.words.items())}}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Reviewed:
        """What a site file says, in a format that is known."""
        return cls({path: Said.from_json(one) for path, one in value.get("said", {}).items()})

    def of(self, path: str) -> Optional[Said]:
        """The word on PATH, or on the nearest directory above it."""
        return next((self.words[here] for here in (path, *_upward(path)) if here in self.words), None)

    def saying(self, path: str, said: Said) -> Reviewed:
        """As this, with what is SAID of PATH in the place of every word on it, and on what lies below it."""
        return Reviewed({**self.forgetting(path).words, path: said})

    def forgetting(self, path: str) -> Reviewed:
        """As this, without a word on PATH and on what lies below it."""
        return Reviewed({one: said for one, said in self.words.items() if not RelPath(one).is_within(path)})

    def laid_over(self, settings: Settings) -> Settings:
        """SETTINGS with these words, where they do not speak themselves: what stands in holdfast.toml wins."""
        for path, said in sorted(self.words.items()):
            if said.setting and can_be_named(path) and not speaks_of(settings, path, shared=said.word == SHARE):
                entry = f"{path}/" if said.is_dir else path
                added: dict[str, Any] = {said.setting: (*getattr(settings, said.setting), entry)}
                settings = replace(settings, reviewed=(*settings.reviewed, path), **added)
        return settings


def can_be_named(path: str) -> bool:
    """False for a name that no configuration may hold, as one with a `*`: a word on it is a word on the list alone."""
    try:
        return RelPath.parse(path) == path
    except Problem:
        return False


def speaks_of(settings: Settings, path: str, *, shared: bool) -> bool:
    """True where SETTINGS name PATH, share a directory around it, or, where it is to be SHARED, name something in it
    that may not be.
    """
    for name in ("shared", "code", "artifacts", "carried"):
        for one in _paths(getattr(settings, name)):
            around = name == "shared" and RelPath(path).is_within(one)
            inside = shared and name != "shared" and RelPath(one).is_within(path)
            if one == path or around or inside:
                return True
    return False


def _paths(entries: Iterable[str]) -> list[str]:
    return ["/".join(name for name in one.split("/") if name not in ("", ".")) for one in entries]


def _upward(path: str) -> list[RelPath]:
    return list(reversed(list(RelPath(path).ancestors())))
