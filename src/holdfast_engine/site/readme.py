"""`.holdfast/README`: what manages this directory, where the data is and what to type, for whoever finds it."""

from __future__ import annotations

from contextlib import suppress
from shlex import quote

from holdfast_engine.fs import durable
from holdfast_engine.fs.accounts import name_of
from holdfast_engine.fs.root import Root
from holdfast_engine.model.layout import Layout

_TEXT = """\
Holdfast, a program that puts new versions of a website live, manages this directory.

What is where in {root}
  current            a link to the version that is live
  releases/          the versions of the code, a directory each; read-only, a new one by every deploy
  {shared_line}all data: uploads, databases, settings such as .env. THIS is what a backup must hold
  .holdfast/         notes on every change (journal/), and what changes put aside: attic/ has what was
                     replaced, carried/files/ a link to each file that appeared beside the code, trash/ what a
                     later command will delete
All of it is plain files and links. They can be read, copied and served without Holdfast.

Something is missing or broken? These change nothing:
  holdfast recover --plan {site}
                     what is missing since when, where each copy of it is, and what to type
  holdfast status {site}
  holdfast checklist {site}
  holdfast history {site}
These do, and ask first:
  holdfast recover {site}
                     finishes what was interrupted, and puts back what is found
  holdfast rollback {site}
                     makes the version before live again; data stays as it is
  holdfast restore PATH {site}
                     brings one path back from the attic, as `holdfast attic` lists it

Who types it: {owner}, who owns this directory. Others put `sudo -u {owner}` before it.
More to read: `holdfast docs`, which needs no network; `man holdfast`; `holdfast COMMAND --help`.

Not installed here? It may run as one file: `python3 holdfast-engine.pyz` in the place of `holdfast` above. By hand, to
make another version live, in {root}:
  ln -s releases/NAME current.new && mv -T current.new current
Never delete or empty {shared}/ by hand, and nothing in .holdfast/: `holdfast prune` removes what may go.

Written by Holdfast itself, and kept up to date by each command.
"""


def keep(root: Root, layout: Layout) -> None:
    """The note is there and says how the site stands, after each command that ended well. Nothing relies on it: no
    command fails because it cannot be written, and what a crash leaves of it is written anew by the next one.
    """
    with suppress(OSError):
        text = text_for(root, layout).encode(errors="surrogateescape")
        if root.read(Layout.readme) != text:
            durable.jot(root, Layout.readme, text, mode=0o644)


def text_for(root: Root, layout: Layout) -> str:
    """The note for the site at ROOT."""
    status = root.lstat(Layout.state)
    return _TEXT.format(
        root=root.path,
        shared=layout.shared_name,
        shared_line=f"{layout.shared_name}/".ljust(19),
        site=f"--site {quote(root.path)}",
        owner=name_of(status.st_uid) if status else "root",
    )
