"""Whether what is deployed carries a signature that git verifies with the keys of the user who deploys."""

from __future__ import annotations

import os

from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.git_process import Answer, git

_KEYS = "`git verify-commit` as this user shows the cause; gpg's keyring or `gpg.ssh.allowedSignersFile` has the keys"


def require_signed(git_dir: str, ref: str, commit: str) -> None:
    """Nothing when the annotated tag REF, or else COMMIT itself, has a good signature; else `signature-unproven`.

    What a signed commit leads to is proven with it: its tree, its history, the commits of its
    submodules and the digests in pointers of git-lfs. A tag counts only under the name that stands
    in it: a server could offer an old one under a new name.
    """
    tag = _tag(git_dir, ref, commit)
    tried: list[Answer] = []
    for command, name in (("verify-tag", tag), ("verify-commit", commit)) if tag else (("verify-commit", commit),):
        tried.append(git(command, name, git_dir=git_dir))
        if tried[-1].status == 0:
            return
    whose = f"the tag `{ref}` and its commit {commit[:12]} have" if tag else f"the commit {commit[:12]} has"
    said = [line for answer in tried for line in answer.complaint]
    raise Problem(
        "signature-unproven",
        f"{whose} no signature that git verifies with your keys",
        context=said or ["it is not signed"],
        hint=_KEYS,
    )


def _tag(git_dir: str, ref: str, commit: str) -> str:
    """The id of the annotated tag that REF names, that leads to COMMIT and calls itself so; else nothing."""
    name = ref.removeprefix("refs/tags/")
    if not name:
        return ""
    full = f"refs/tags/{name}"
    leads = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{full}^{{commit}}", git_dir=git_dir)
    found = git("rev-parse", "--verify", "--quiet", "--end-of-options", full, git_dir=git_dir).text
    if leads.text != commit or found == commit:
        return ""
    head = git("cat-file", "tag", found, git_dir=git_dir).out.partition(b"\n\n")[0]
    return found if b"tag " + os.fsencode(name) in head.split(b"\n") else ""
