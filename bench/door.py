"""The engine in a process of its own, without what reads a command line: a request in, its answer out, both as JSON.

The request is put together by the engine that is measured, so that another version of it is asked in the same way.
"""

from __future__ import annotations

import json

_PERFORM = """
import json, sys, time
from dataclasses import replace
from holdfast_engine.commands import perform
from holdfast_engine.model.request import Request, Settings, Source

def answer(request):
    return perform(request, tell=lambda _event: None, ask=lambda _plan: True)

asked = json.loads(sys.argv[1])
request = Request(asked["command"], asked["site"], time.time(), yes=True, settings=Settings(keep=2))
if asked["source"]:  # looked at first, and held to the commit that was found, as for a person who deploys
    request = replace(request, source=Source(*asked["source"]))
    found = answer(replace(request, command="inspect"))
    request = replace(request, source=replace(request.source, commit=found["commit"]))
else:
    request = replace(request, said=())
print(json.dumps(answer(request)))
"""


def words(command: str, site: str, *source: str) -> tuple[str, ...]:
    """What Python is given to run COMMAND on SITE; SOURCE is its kind and its place, where code is deployed."""
    return ("-c", _PERFORM, json.dumps({"command": command, "site": site, "source": source}))
