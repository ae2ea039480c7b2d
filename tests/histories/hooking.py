"""Hooks that do harm, as old scripts do, and what must be so after a deploy with each of them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from histories import switching
from histories.town import Town
from holdfast_engine.model.request import Settings

_TO_NEW = 'ln -sfn "releases/$(basename "$HOLDFAST_RELEASE")" "$HOLDFAST_SITE/current"'
_TO_OLD = 'ln -sfn "releases/$(basename "$HOLDFAST_PREVIOUS")" "$HOLDFAST_SITE/current"'
_NO_CURRENT = 'rm -f "$HOLDFAST_SITE/current"'
_NO_RELEASE = 'chmod -R u+w "$HOLDFAST_RELEASE"; rm -rf "$HOLDFAST_RELEASE"'
_DIRECTORY = 'cd "$HOLDFAST_SITE" && rm current && mkdir current'
_EMPTIES = 'rm -rf "$HOLDFAST_SHARED"/storage/app/*'
_CARRIES = "mkdir -p taken && mv storage/app/* taken/"
_FLAG = "$HOLDFAST_SHARED/storage/framework/down"
_MENDED = 'test -e "$HOLDFAST_SITE/../harm" || exit 0; '
_FAILED = (1, 50, 60, 61)


@dataclass(frozen=True)
class Harm:
    """BEFORE and AFTER are the hooks. MUST says how the deploy ends, when it must: `done`, or anything but that."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    must: str = ""

    def settings(self) -> Settings:
        """Commands that do harm as long as the flag stands: a rollback to this release runs them again, mended then."""
        before, after = (tuple(f"{_MENDED}{one}" for one in hooks) for hooks in (self.before, self.after))
        return Settings(before_activation=before, after_activation=after)


HARMS = {
    "moves current, then fails": Harm(before=(_TO_NEW, "false"), must="not done"),
    "moves current": Harm(before=(_TO_NEW,)),
    "removes current, then fails": Harm(before=(_NO_CURRENT, "false"), must="not done"),
    "removes current early": Harm(before=(_NO_CURRENT,)),
    "removes current late": Harm(after=(_NO_CURRENT,), must="not done"),
    "switches back late": Harm(after=(_TO_OLD,), must="not done"),
    "makes current a directory": Harm(after=(_DIRECTORY,), must="not done"),
    "removes the release early": Harm(before=(_NO_RELEASE,), must="not done"),
    "removes the release late": Harm(after=(_NO_RELEASE,), must="not done"),
    "fails late, and another goes on": Harm(after=("false", ': > "$HOLDFAST_SITE/../ran"'), must="not done"),
    "carries data into the release, then fails": Harm(before=(f"{_CARRIES}; false",), must="not done"),
    "raises a flag for a while": Harm(before=(f': > "{_FLAG}"',), after=(f'rm -f "{_FLAG}"',), must="done"),
}


def deploy_with(town: Town, name: str, kill: int) -> None:
    """A deploy whose hooks are the harm NAME: it says so, and afterwards the site is live or is made live again."""
    harm, ran = HARMS[name], town.top / "ran"
    if _CARRIES in "".join(harm.before):
        kill = 0  # between the hook's move and ours it is a hand's deed: kept under its new name, and told as missing
    ran.unlink(missing_ok=True)
    (town.top / "harm").touch()
    (town.site / "shared/storage/framework").mkdir(parents=True, exist_ok=True)
    how = town.do("deploy", kill=kill, settings=harm.settings(), may=_FAILED, force=True)
    if not kill and how not in ("checklist-refused", "path-split-impossible", "seed-type-changed"):
        assert (how == harm.must) == (harm.must == "done") or not harm.must, f"a hook {name}, and a deploy is {how}"
        assert ran.exists() or len(harm.after) < 2 or how == "done", f"a hook {name}, and the next one did not run"
    _make_way(town)
    if not town.is_live():
        switching.come_back(town)
    (town.top / "harm").unlink()


def _make_way(town: Town) -> None:
    """A person takes away the empty directory that a hook put at `current`; the checklist refused until then."""
    if town.live.is_dir() and not town.live.is_symlink():
        assert town.refuses(), "`current` is a directory, and the checklist does not say so"
        os.rmdir(town.live)


def empty_by_hook(town: Town) -> None:
    """A hook deletes counted files: another release is not made live, what is missing is remembered."""
    if town.do("deploy") != "done" or not _written_into(town, "storage/app"):
        return
    live = os.readlink(town.live)
    gone = {path for path in town.view() if path.startswith("storage/app/")}
    _expect_no_more(town, gone)
    how = town.do("deploy", settings=Settings(before_activation=(_EMPTIES,)), may=_FAILED, force=True)
    assert how != "done", "a hook emptied shared data, and the deploy says that it is done"
    assert os.readlink(town.live) == live, "a hook emptied shared data, and another release is live"
    if not all((town.live / path).exists() for path in gone):
        assert town.refuses(), "counted files are gone, and the checklist does not refuse"
        town.do("deploy", accept=("shared-identity", "data-memory"), may=(2,))


def _written_into(town: Town, top: str) -> bool:
    return any(path.startswith(f"{top}/") for path in town.view())


def _expect_no_more(town: Town, paths: set[str]) -> None:
    """What the hook deletes, it deletes: nothing here keeps what stands at PATHS alone."""
    town.taken_away.add("storage/app")
    for content in [town.view()[path] for path in paths]:
        del town.expected[content]


def delete_while_a_hook_sleeps(town: Town, delete: Callable[[], None]) -> str:
    """The application deletes one of many files while a hook waits: that is no harm of the hook's."""
    started, over = town.top / "started", town.top / "over"
    for mark in (started, over):
        mark.unlink(missing_ok=True)

    def application() -> None:
        end = time.monotonic() + 10
        while not started.exists() and time.monotonic() < end:
            time.sleep(0.005)
        delete()
        over.touch()

    hook = f'touch "{started}"; while [ ! -e "{over}" ]; do sleep 0.02; done'
    thread = threading.Thread(target=application)
    thread.start()
    how = town.do("deploy", settings=Settings(before_activation=(hook,)), may=(30, 50), force=True)
    started.touch()
    thread.join()
    return how
