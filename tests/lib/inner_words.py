"""Words that a newcomer would have to learn (docs/words.md), and such as are no plain English: they stay out of all
that is shown unasked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

INNER = re.compile(
    r"(?<![\w/.-])(?:care|evidence|seeds?|seeded|strays?|baselines?|mends?|presets?|ephemeral|rulings?|second names?"
    r"|(?:bring|brings|bringing|brought|come|comes|came) (?:it |them )?home|(?:a|the|late|each|next) sweep|sweeps)"
    r"(?![\w/.-])",
    re.IGNORECASE,
)
"""Words of Holdfast's own beyond the few that its screen keeps to."""
TRANSLATED = re.compile(
    r"(?<![\w-])(?:lies|stands|stood|told|tells|nobody|somebody|whoever|whatever|anew)(?![\w-])", re.IGNORECASE
)
"""Things are in a place, are unchanged or missing; an actor has a name."""
_TYPED = re.compile(r"`[^`]*`|\bholdfast [a-z-]+|--[a-z-]+(?:[= ][a-z-]+)?")


def plain(text: str) -> str:
    """TEXT without what is typed: the words of commands and options are their subject."""
    return _TYPED.sub("~", text)


def learnt(text: str) -> Iterator[str]:
    """Each word of TEXT that is not to be shown."""
    for words in (INNER, TRANSLATED):
        yield from (found.group() for found in words.finditer(plain(text)))
