"""What may be told of a URL: everything but who logs in and with what."""

from __future__ import annotations

import re

from holdfast_engine.model.expressions import expression

_USERINFO = expression(r"(?<=://)[^/\s]*@")
_SECRET_PARAMETER = expression(r"(?i)([?&][^=\s&]*(?:token|key|secret|password|auth)[^=\s&]*=)[^&\s'\"]+")


def redacted(text: str) -> str:
    """TEXT without user names, passwords and tokens in its URLs."""
    return _SECRET_PARAMETER.sub(r"\1***", _USERINFO.sub(_without_password, text))


def _without_password(match: re.Match[str]) -> str:
    # `ssh://git@host` names an account that everybody uses; anything else may be a token.
    return "git@" if match.group() == "git@" else "***@"
