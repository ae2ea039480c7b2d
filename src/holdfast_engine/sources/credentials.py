"""The user, password or token that stands in a URL: taken out of it, and given to git where no process list shows it.

The arguments of every process may be read by everybody on the host, its environment by its
owner alone (proc(5)).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote

from holdfast_engine.model.problem import Problem

_ASKED = "HOLDFAST_GIT_USER", "HOLDFAST_GIT_PASSWORD"
_HELPER = f"""!f() {{ test "$1" = get && printf 'username=%s\\npassword=%s\\n' "${_ASKED[0]}" "${_ASKED[1]}"; }}; f"""
"""Names the variables and not what is in them: git starts it with a shell, whose arguments can be seen."""


class Login(NamedTuple):
    """A LOCATION without what proves who asks, and the ENVIRONMENT in which git knows it all the same."""

    location: str
    environment: Mapping[str, str]


def parted(location: str) -> Login:
    """LOCATION and its login, apart. Only URLs of the web carry one that may be taken out; ssh has its keys."""
    scheme, _, rest = location.partition("://")
    authority, slash, path = rest.partition("/")
    said, at, host = authority.rpartition("@")
    if scheme.lower() not in ("http", "https") or not at:
        return Login(location, {})
    user, colon, password = (unquote(part) for part in said.partition(":"))
    if any(ord(letter) < 32 for letter in user + password):
        raise Problem("source-unusable", "the login in the source's URL has a control character", hint="fix the URL")
    place = f"{scheme}://{host}"
    return Login(f"{place}{slash}{path}", _whole(place, user, password) if colon else _user_alone(place, user))


def _whole(place: str, user: str, password: str) -> Mapping[str, str]:
    # The empty helper takes away those of the person's own configuration: the URL's login is meant.
    helpers = {f"credential.{place}.helper": ("", _HELPER)}
    return {**_configuration(helpers), **dict(zip(_ASKED, (user, password)))}


def _user_alone(place: str, user: str) -> Mapping[str, str]:
    """The password may be known to a helper of the person's own, which is asked for this user."""
    return _configuration({f"credential.{place}.username": (user,)})


def _configuration(settings: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """SETTINGS of git by name and values, after those that the environment has already (git-config(1))."""
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    rows = [(name, value) for name, values in settings.items() for value in values]
    numbered = list(enumerate(rows, first))
    return {
        "GIT_CONFIG_COUNT": str(first + len(rows)),
        **{f"GIT_CONFIG_KEY_{number}": name for number, (name, _) in numbered},
        **{f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in numbered},
    }
