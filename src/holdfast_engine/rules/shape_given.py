"""What the name of one file says: that a user gave it and an application named it, or that it stands for such a one."""

from __future__ import annotations

import re

from holdfast_engine.model.expressions import expression
from holdfast_engine.rules.names import words

_USERS = tuple(sorted(words("user-endings")))
_DEFAULTS = words("default-names")
_TOKENS = expression(r"[^a-z0-9]+")
_A_SIZE = 3
"""Digits of a number that may say how big such a picture is, or which of a few it is."""
_LONGEST = 255
"""No file system of ours has a longer name: none is looked at."""

_BEGIN, _END = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z])"
"""What a build puts a digest to begins with a name and a point: `logo.5d5d9eef….svg` is none of these."""
_SURE = expression(
    rf"""{_BEGIN}[0-9a-f]{{8}}-?(?:[0-9a-f]{{4}}-?){{3}}[0-9a-f]{{12}}{_END}  # a UUID, or an MD5
    |{_BEGIN}(?:[0-9a-f]{{40}}|[0-9a-f]{{64}}){_END}                         # SHA-1, SHA-256
    |(?<!\d)1[4-9]\d{{8}}(?:\d{{3}}|\d{{6}})?(?!\d)                           # seconds since 1970, and parts of them
    |{_BEGIN}(?:19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d[-_.T ]?[0-2]\d[-_.h]?[0-5]\d(?:[-_.m]?[0-5]\d(?:\d{{3}})?)?{_END}
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""A hash, a random identifier or a time to the minute: an application named this file, not an author."""
_WHOLE = expression(
    r"""(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{13}(?:\.\d{8})?   # `uniqid`
    |(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])[0-9A-Za-z]{40}               # as Laravel names an upload
    |(?=.*\d)[0-9a-hjkmnp-tv-z]{26}|c[0-9a-z]{24}                   # ULID, CUID
    |(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w-]{21}                        # nanoid
    """,
    re.VERBOSE,
)
"""The same, where it is the whole name before its ending."""
_COUNTED = expression(
    r"(?:[A-Za-z]{1,12}[-_ ]?(?:\d{1,12}[-_ ]){0,3}(?=\d{3})|(?:\d{1,12}[-_ ]){0,3})(?!(?:19|20)\d\d$)\d{1,12}"
)
"""A counter, as `1`, `0001`, `INV-2026-0001`, and no year. Authors count as well, if not as far: the directory has
to be named for data, too.
"""


def is_users(name: str) -> bool:
    """True for media and office files, of which users give and applications issue most."""
    return name.lower().endswith(_USERS)


def is_generated(name: str, *, counted: bool = False) -> bool:
    """True for a media or office file whose name an application made up; a counter is one only where COUNTED."""
    stem = name.rpartition(".")[0]
    if not is_users(name) or len(name) > _LONGEST:
        return False
    sure = _SURE.search(stem) is not None or _WHOLE.fullmatch(stem) is not None
    return sure or (counted and _COUNTED.fullmatch(stem) is not None)


def is_default(name: str) -> bool:
    """True for a picture that is shown until a user gives another: `default.png`, `no-image.jpg`, `user_blank.png`."""
    stem = name.lower().rpartition(".")[0]
    said = [word for word in _TOKENS.split(stem) if word and not (word.isdigit() and len(word) <= _A_SIZE)]
    return is_users(name) and bool(said) and _DEFAULTS.issuperset(said)
