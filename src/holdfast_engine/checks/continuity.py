"""Checks of what was agreed before: the shared root's identity, the shared list, the environment's keys, shipped
links.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from holdfast_engine.checks.check_input import CheckInput, accepting
from holdfast_engine.checks.data_memory import data_memory
from holdfast_engine.checks.shared_identity import shared_identity
from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import LINK
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.model.words import count

_KEY = expression(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", re.MULTILINE)
_NAMED = 8
PRESET_NARROWED = "preset-narrowed"


def continuity(subject: CheckInput) -> Iterator[Check]:
    """Whether the data is where it was, and whether the new release keeps what the last one promised."""
    yield shared_identity(subject)
    yield data_memory(subject)
    yield _narrowed(subject)
    yield _preset(subject)
    yield _keys(subject)
    yield _outputs(subject)
    yield _leaving(subject)


def _narrowed(subject: CheckInput) -> Check:
    """Once shared stays shared: a shorter list is told, and only a path named as code is unshared, its data left alone
    (I10, I75).
    """
    declared = [path.rstrip("/") for path in subject.site.declared]
    before = dict.fromkeys([*declared, *sorted(one.path for one in subject.site.shared)])
    unshared = [path for path in before if subject.is_code(path) and subject.ends(path)]
    if unshared:
        why = f"no longer shared because the configuration names them as code: {', '.join(unshared)}"
        return Check(
            "shared-narrowed",
            WARN,
            why,
            "their data stays in `shared/`; take the names out of `code` to share them again",
        )
    dropped = sorted(set(declared) - {path.rstrip("/") for path in subject.settings.shared})
    if dropped:
        why = f"no longer in the configuration, and still shared: {', '.join(dropped)}"
        return Check(
            "shared-narrowed", WARN, why, "name them under `code` to unshare them; their data stays in `shared/`"
        )
    return Check("shared-narrowed", PASS, "everything that was shared is still shared")


def _preset(subject: CheckInput) -> Check:
    """A newer preset that shares less decides nothing by itself: what it left out stays shared, and is told (I10)."""
    if not subject.dropped:
        return Check(PRESET_NARROWED, PASS, "the rules for this framework share what they shared before")
    paths = ", ".join(subject.dropped)
    why = f"shared by earlier rules for this framework, not by today's, and still shared: {paths}"
    if PRESET_NARROWED in subject.accept:
        return Check(PRESET_NARROWED, PASS, f"accepted: {why}")
    mend = "their data stays linked either way; name them under `[shared] paths` to keep them for good, "
    mend += f"or let today's rules decide: {accepting(PRESET_NARROWED)}"
    return Check(PRESET_NARROWED, WARN, why, mend)


def _keys(subject: CheckInput) -> Check:
    """Keys that the example names and `.env` lacks are told by name, never with their values. An example that nothing
    here reads, as another framework's that was left, refuses nothing.
    """
    example = next(
        (subject.listing.text(path) for path in (".env.example", ".env.dist") if subject.listing.has(path)), ""
    )
    try:
        content = subject.root.read(subject.layout.in_shared(".env"))
    except PermissionError:
        return Check(
            "environment-keys",
            WARN,
            "`shared/.env` may not be read by this user",
            "`chgrp` it to a common group, mode 0640",
        )
    if not example or content is None:
        return Check(
            "environment-keys", PASS, "no example to compare with" if not example else "there is no `.env` to compare"
        )
    have = set(_KEY.findall(content.decode("utf-8", "replace")))
    lacking = [key for key in dict.fromkeys(_KEY.findall(example)) if key not in have]
    if ".env" in subject.needs and ("APP_KEY" in lacking or _is_empty(content, "APP_KEY")):
        where = subject.root.absolute(subject.layout.in_shared(".env"))
        mend = f"write APP_KEY into `{where}`; never make a new one for a site with encrypted data; "
        mend += accepting("environment-keys")
        why = "`shared/.env` has no APP_KEY" if "APP_KEY" in lacking else "APP_KEY is empty in `shared/.env`"
        return Check("environment-keys", REFUSE, why, mend)
    if lacking:
        why = f"the example names keys that `shared/.env` lacks: {', '.join(lacking[:_NAMED])}"
        return Check("environment-keys", WARN, why, "add them, or leave them to the application's defaults")
    return Check("environment-keys", PASS, count(len(have), "key"))


def _outputs(subject: CheckInput) -> Check:
    """Output of one build served with the code of another is the wrong build (I28)."""
    if not subject.outputs:
        return Check("shared-output", PASS, "no build output is shared")
    why = f"shared by the configuration, and output of builds, which differs per release: {', '.join(subject.outputs)}"
    return Check("shared-output", WARN, why, "take it out of `paths`; each release keeps its own")


def _is_empty(content: bytes, key: str) -> bool:
    return re.search(rb"^\s*" + key.encode() + rb"\s*=\s*[\"']?[\"']?\s*$", content, re.MULTILINE) is not None


def _leaving(subject: CheckInput) -> Check:
    """Links of the source that lead out of the release break when it is moved or pruned (I24, I63)."""
    leaving = []
    for path, entry in subject.listing.entries.items():
        if entry.kind == LINK and "node_modules/" not in path:
            text = subject.listing.link(path) or ""
            if text.startswith("/") or posixpath.normpath(posixpath.join(posixpath.dirname(path), text)).startswith(
                ".."
            ):
                leaving.append(f"`{path}` leads to `{text}`")
    if leaving:
        why = f"links of the source that lead out of the release: {', '.join(leaving[:_NAMED])}"
        return Check("links-leave-release", WARN, why, "make them relative to the application, or share their paths")
    return Check("links-leave-release", PASS, "none")
