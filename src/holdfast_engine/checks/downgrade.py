"""What updated itself on the server is not replaced by an older version unasked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from holdfast_engine.checks.check_input import CheckInput, accepting
from holdfast_engine.model.plan import PASS, REFUSE, Check

NAME = "downgrade"


def downgrade(subject: CheckInput) -> Iterator[Check]:
    """Whether the release ships what is older than what the application installed itself: its database may be of the
    newer one already.
    """
    if subject.newer:
        yield downgraded(subject.newer)
    else:
        yield Check(NAME, PASS, "nothing on the server is newer than what the release ships")


def downgraded(newer: Mapping[str, tuple[str, str]]) -> Check:
    """The refusal to replace what is NEWER here, by path, with the version here and the older one."""
    named = (f"`{path}` is {here} and would become {ships}" for path, (here, ships) in newer.items())
    mend = "add the newer version to the source, or name it under `[shared] carried` to keep it as it is on the "
    mend += f"server; {accepting(NAME)}, and the server's version is kept in the attic"
    return Check(NAME, REFUSE, f"updated on the server since it was shipped: {', '.join(named)}", mend)
