"""What a command is asked to do, as values that could travel over a wire."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Optional

from holdfast_engine.model.values import dataclass


@dataclass(frozen=True)
class Source:
    """Where code comes from. KIND is `git`, `directory` or `archive`; LOCATION a URL or an absolute path.

    COMMIT is what REF was found to mean when its settings were read, so that code and settings
    are of one version even if a branch moves in between. SHA256 is the digest that an archive must
    have: one that a person gave, or what it had when its settings were read. SIGNED asks for a
    signature that git can verify on the tag or the commit.
    """

    kind: str
    location: str
    ref: str = ""
    commit: str = ""
    sha256: str = ""
    signed: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "location": self.location, "ref": self.ref}


@dataclass(frozen=True)
class Settings:
    """What the configuration says, after flags, environment and files were laid over each other."""

    framework: str = ""
    keep: int = 5
    build: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    before_activation: tuple[str, ...] = ()
    after_activation: tuple[str, ...] = ()
    web_user: str = ""
    public_html: str = ""
    attic_keep: str = "90 days"
    """How long what lies in the attic is kept, in the words of `model/lifetime`."""
    reviewed: tuple[str, ...] = ()
    """Those of the paths in SHARED and CARRIED that a person named by `review`: no file says so, the site does."""

    def to_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in sorted(vars(self).items())}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Settings:
        """The settings that a release record remembers; keys that this version does not know are passed over."""
        known: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in value.items()}
        return cls(**{name: one for name, one in known.items() if name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Request:
    """One command on one site.

    SITE is the absolute path of the deploy root. NOW is the time in seconds since 1970, given
    from outside so that nothing below reads a clock for decisions. WHO names the person and
    host for the history. YES says that questions are answered with yes. INTENT is the command
    that an `inspect` is made for. CACHE is a directory of the asker's own, gone when the last of
    its requests is answered, for what is fetched while the site may not be written. SAID names the
    settings that somebody gave, for commands without a source: the others are those of the version
    that is live (None: SETTINGS are complete). ONLY_PLAN shows what would be done: nothing is asked,
    locked or changed. FORCE deploys although nothing changed; ACCEPT names
    checks whose refusal is a warning for this once. WORDS are what stands behind the command, where it takes several.
    WAS says where the versions are that were shipped before Holdfast came.
    """

    command: str
    site: str
    now: float
    who: str = ""
    yes: bool = False
    source: Optional[Source] = None
    settings: Settings = field(default_factory=Settings)
    release: str = ""
    path: str = ""
    keep: Optional[int] = None
    intent: str = ""
    cache: str = ""
    said: Optional[tuple[str, ...]] = None
    force: bool = False
    only_plan: bool = False
    accept: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    was: tuple[Source, ...] = ()
