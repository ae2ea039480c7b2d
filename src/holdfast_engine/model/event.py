"""What a command tells while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from holdfast_engine.model.values import dataclass


@dataclass(frozen=True)
class Event:
    """One thing that happened. KIND is `started`, `finished`, `noticed`, `output` or `planned`.

    `started` and `finished` name a step (and its seconds); `noticed` is a sentence a person
    should read, with whereabouts in DATA; `output` is one line of a build command or a hook;
    `planned` carries the plan as JSON in DATA.
    """

    kind: str
    name: str
    text: str = ""
    seconds: float = 0.0
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "event": self.kind,
            "name": self.name,
            "text": self.text,
            "seconds": round(self.seconds, 3),
            "data": self.data,
        }


Listener = Callable[[Event], None]
Ask = Callable[[dict[str, Any]], bool]
"""Asked with a plan or a question as JSON; True for a yes."""
