"""The mission's five checks: structure, uploads, storage, environment, artifacts."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast_engine.checks.check_input import CheckInput, Expected, accepting
from holdfast_engine.fs.walk import walk
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.model.rules import SharedPath
from holdfast_engine.model.sets import main_of
from holdfast_engine.model.words import count

NAMES = ("shared-structure", "uploads-linked", "storage-linked", "environment-linked", "artifacts-present")
"""The five, in their order."""
_MEND = "`holdfast recover --site {site}` repairs the links and puts the data back"


def links(subject: CheckInput) -> list[Check]:
    """The five checks, in their order. Before a deploy links are still to come and only data is looked at."""
    with subject.root.looking():
        return list(_five(subject))


def _five(subject: CheckInput) -> Iterator[Check]:
    yield _structure(subject)
    yield _links(subject, "uploads-linked", [one for one in subject.shared if _is_upload(one)])
    yield _links(
        subject, "storage-linked", [one for one in subject.shared if one.path.split("/")[0] in ("storage", "var")]
    )
    yield _environment(subject)
    yield _artifacts(subject)


def _is_upload(one: SharedPath) -> bool:
    return one.kind == "dir" and one.path.split("/")[0] not in ("storage", "var")


def _structure(subject: CheckInput) -> Check:
    odd = [one.path for one in subject.shared if _wrong_kind(subject, one)]
    if odd:
        why = f"in `shared/` these are of the wrong kind (file or directory), or lead nowhere: {', '.join(odd)}"
        return Check("shared-structure", REFUSE, why, "rename them or put back what they lead to, then deploy again")
    absent = [one.path for one in subject.shared if one.kind == "dir" and not subject.ends(one.path)]
    if absent and subject.release is not None:
        return Check("shared-structure", REFUSE, f"missing in `shared/`: {', '.join(absent)}", _mend(subject))
    return Check(
        "shared-structure",
        PASS,
        count(len(subject.shared), "shared path") + (f", {len(absent)} to be made" if absent else ""),
    )


def _wrong_kind(subject: CheckInput, one: SharedPath) -> bool:
    """True for a file instead of a directory or the reverse, and for a link that leads to nothing (S05, I29).

    Files that are shared because they lie there may be links that lead nowhere: they never led further.
    """
    where = subject.layout.in_shared(one.path)
    kind = subject.root.kind(where)
    if kind == "link":
        return (one.kind == "dir" or one.path in subject.needs) and not subject.root.leads_somewhere(where)
    return kind not in (None, one.kind)


def _links(subject: CheckInput, name: str, wanted: list[SharedPath]) -> Check:
    if subject.release is None:
        return Check(name, PASS, f"{len(wanted)} to be linked: {', '.join(one.path for one in wanted) or 'none'}")
    broken = [one.path for one in wanted if not subject.linked(one.path)]
    broken += [
        at for at, to in subject.links if name == "storage-linked" and not _framework_link_stands(subject, at, to)
    ]
    if broken:
        return Check(name, REFUSE, f"not linked to `shared/`: {', '.join(broken)}", _mend(subject))
    hidden = _unlinked_files(subject) if name == "uploads-linked" else []
    if hidden:
        return Check(name, WARN, f"in `shared/`, and not linked: {', '.join(hidden)}", _mend(subject))
    return Check(name, PASS, f"{len(wanted)} linked" if wanted else "no such path")


def _unlinked_files(subject: CheckInput) -> list[str]:
    """Single files that users have and the release does not show: as a database, after a way back while it was away.
    What belongs to a database comes and goes with it.
    """
    single = (one.path for one in subject.shared if one.kind == FILE and not main_of(one.path))
    return [path for path in single if subject.ends(path) and not subject.linked(path)]


def _framework_link_stands(subject: CheckInput, at: str, to: str) -> bool:
    if subject.release is None or not subject.ends(to):
        return True
    return subject.root.leads_somewhere(subject.release / at)


def _environment(subject: CheckInput) -> Check:
    name = "environment-linked"
    for path in subject.needs:
        if not subject.ends(path) and not subject.listing.has(path):
            return Check(name, REFUSE, f"`shared/{path}` is missing", _write_it(subject, path))
        if subject.ends(path) and not _has_content(subject, path):
            return Check(name, REFUSE, f"`shared/{path}` is empty", _write_it(subject, path))
    if subject.release is None:
        return Check(name, PASS, "there" if subject.needs else "none is needed")
    broken = [path for path in subject.needs if not subject.linked(path)]
    if broken:
        return Check(name, REFUSE, f"not linked to `shared/`: {', '.join(broken)}", _mend(subject))
    return Check(name, PASS, "linked") if subject.needs else _optional_environment(subject)


def _optional_environment(subject: CheckInput) -> Check:
    """Nothing is needed; a framework that reads an environment file where there is one may miss it all the same."""
    name, lying = "environment-linked", [path for path in subject.may_need if subject.ends(path)]
    broken = [path for path in lying if not subject.linked(path)]
    if broken:
        return Check(name, WARN, f"not linked to `shared/`: {', '.join(broken)}", _mend(subject))
    if lying or not subject.may_need:
        return Check(name, PASS, "linked" if lying else "none is needed")
    if subject.settings_file:
        return Check(name, PASS, f"none is needed: the settings are in `{subject.settings_file}`")
    where = subject.root.absolute(subject.layout.in_shared(subject.may_need[0]))
    return Check(
        name, WARN, f"`shared/{subject.may_need[0]}` is missing", f"write `{where}` if the application reads it"
    )


def _has_content(subject: CheckInput, path: str) -> bool:
    try:
        content = subject.root.read(subject.layout.in_shared(path))
    except PermissionError:
        return True
    return content is None or bool(content.strip())


def _write_it(subject: CheckInput, path: str) -> str:
    where = subject.root.absolute(subject.layout.in_shared(path))
    write = f"write `{where}` (an example may be in the source: `{path}.example`), mode 0640, then deploy again"
    return f"{write}; {accepting('environment-linked')}"


def _artifacts(subject: CheckInput) -> Check:
    """What the project needs from a build is in the release: a missing build means a page without styles, a missing
    `vendor/` no page at all.
    """
    name, settings = "artifacts-present", subject.settings
    if not subject.expected:
        return Check(name, PASS, "no build output is expected")
    if subject.release is None and (settings.build or settings.before_activation):
        return Check(name, PASS, "checked once the release is built")
    lacking = [one for one in subject.expected if not any(_is_made(subject, path) for path in one.places)]
    if not lacking:
        return Check(name, PASS, "the build output is present")
    why = f"missing in the release: {', '.join(_either(one.places[:4]) for one in lacking)}"
    return Check(name, WARN, why, _build(lacking))


def _is_made(subject: CheckInput, path: str) -> bool:
    """True where a build has left something at PATH, in the release or in what is to come: links to data stand there
    without any build (data.md).
    """
    if subject.release is None:
        return subject.listing.has(path)
    root, here = subject.root, subject.release / path
    if root.kind(here) != DIR:
        return root.has(here)
    found = (RelPath(path) / inner for inner, kind, _ in walk(root, here, unreadable=[]) if kind != DIR)
    return any(not subject.is_our_link(one) for one in found)


def _either(places: tuple[str, ...]) -> str:
    return " or ".join(f"`{path}`" for path in places)


def _build(lacking: list[Expected]) -> str:
    """Every command that is missing, in one line to be copied."""
    commands = dict.fromkeys(command for one in lacking for command in one.commands)
    if not commands:
        return "add what makes it to `[build] commands` in holdfast.toml, or take it out of `artifacts`"
    listed = ", ".join(f'"{command}"' for command in commands)
    return f"add the build to holdfast.toml: `[build] commands = [{listed}]`"


def _mend(subject: CheckInput) -> str:
    return _MEND.format(site=subject.root.path)
