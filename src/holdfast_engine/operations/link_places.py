"""Where `link` works: the deploy root, its shared directory and the release, refused where they cannot be meant."""

from __future__ import annotations

import os

from holdfast_engine.model.layout import STATE, Layout
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.problem import Problem


def places(release: str, shared: str) -> tuple[str, str, RelPath]:
    """The deploy root, the name of its shared directory and the release below it; refuses what cannot be meant.

    A SHARED below `releases/`, as `X/current/../shared` resolves to, would be lost with a
    release; a RELEASE elsewhere could not be linked relatively.
    """
    real = os.path.realpath(shared)
    root, name = os.path.split(real)
    if os.path.basename(root) == "releases":
        right = os.path.join(os.path.dirname(root), name)
        raise Problem(
            "shared-inside-releases",
            f"`{shared}` is `{real}`, a directory among the releases",
            state="nothing was changed",
            hint=f"give the directory itself: `{right}`",
        )
    inside = os.path.relpath(os.path.realpath(release), root)
    if not os.path.isdir(release):
        raise Problem(
            "release-missing",
            f"`{release}` is not a directory",
            state="nothing was changed",
            hint="check the first path",
        )
    if inside.split("/")[0] in ("..", ".", name, STATE):
        raise Problem(
            "release-outside",
            f"`{release}` is not below `{root}`, where `{name}` is",
            state="nothing was changed",
            hint=f"put releases below `{root}`, as in `{root}/releases/1`",
        )
    _refuse_whole_site(release, root, RelPath(inside))
    return root, name, RelPath(inside)


def _refuse_whole_site(release: str, root: str, inside: RelPath) -> None:
    """`release-outside` for a directory that holds releases, as `releases/$N` is with an empty N: its children are
    releases, and none of them is data.
    """
    live = os.path.realpath(os.path.join(root, Layout.current))
    above = os.path.join(root, inside)
    if inside == Layout.releases or live.startswith(above + "/"):
        raise Problem(
            "release-outside",
            f"`{release}` is no release: it contains releases",
            state="nothing was changed",
            hint="name one of them, as in `releases/1`",
        )
