"""When a user's command runs, and what is so if it fails: before the switch or after it, of a deploy or a rollback."""

from __future__ import annotations

from shlex import quote

from holdfast_engine.model.memory import DATA_SHRANK
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.values import dataclass
from holdfast_engine.site.handle import Site

_UNDONE = "the deploy was undone; the previous release is live"
_NOT_LEFT = "the rollback was undone; the release from before it is still live"
MAY_BE_DOWN = "the application may be down"


@dataclass(frozen=True)
class Moment:
    """AFTER the switch or before it; of a rollback that RETURNS to an earlier release; STOPS or STARTS the application:
    then it is the application itself that acts, and not a script of somebody's.
    """

    after: bool = False
    returns: bool = False
    stops: bool = False
    starts: bool = False

    @property
    def failed(self) -> str:
        """The code word of a command that ended badly."""
        return "hook-failed-after-activation" if self.after else "hook-failed"

    @property
    def shrank(self) -> str:
        """The code word of one that took data."""
        return "data-shrank-after-activation" if self.after else "data-shrank"

    @property
    def is_application(self) -> bool:
        return self.stops or self.starts

    def state(self, release: RelPath) -> str:
        """What is live, RELEASE being the one that the operation makes live."""
        if not self.after:
            return _NOT_LEFT if self.returns else _UNDONE
        live = f"the rollback made `{release}` live" if self.returns else "the new release is live"
        return f"{live}; {MAY_BE_DOWN}" if self.starts else live

    def hint(self, site: Site, release: RelPath, command: str) -> str:
        """What helps where COMMAND ended badly. A release's hooks are those that it was deployed with: nothing in a
        newer holdfast.toml mends them, so after a rollback a person runs them.
        """
        by_hand = f"`{by_hand_in(site, release, command)}`"
        if not self.after:
            return "fix the command, then roll back again" if self.returns else "fix the command, then deploy again"
        if self.returns:
            return f"fix what it needs, then run it by hand: {by_hand}"
        back = f"go back: `holdfast rollback --site {quote(site.root.path)}`"
        if self.starts:
            return f"start it by hand: {by_hand}, or {back}"
        return f"fix the command, then deploy again, or {back}"

    def accept_by(self, site: Site) -> str:
        """How a person says that data was meant to go."""
        if not self.returns:
            return f"deploy with `--accept {DATA_SHRANK}`"
        return f"`holdfast rollback --accept {DATA_SHRANK} --site {quote(site.root.path)}`"


def by_hand_in(site: Site, release: RelPath, command: str) -> str:
    """What a person types to run COMMAND as it is run in RELEASE; a variable that is not set would lead anywhere."""
    given = environment(site, release, "").items()
    said = " ".join(f"{name}={quote(value)}" for name, value in given) if "HOLDFAST_" in command else ""
    return f"cd {quote(site.root.absolute(release))} && {f'export {said} && ' if said else ''}{command}"


def environment(site: Site, release: RelPath, previous: str) -> dict[str, str]:
    """What hooks and build commands may rely on."""
    return {
        "HOLDFAST_RELEASE": site.root.absolute(release),
        "HOLDFAST_SITE": site.root.path,
        "HOLDFAST_SHARED": site.root.absolute(site.links.layout.shared),
        "HOLDFAST_PREVIOUS": site.root.absolute(previous) if previous else "",
    }
