"""One JSON object on stdout when a command ends; events as JSON lines on stderr when they are wanted."""

from __future__ import annotations

import json
from typing import Any

from holdfast.cli.own_name import all_as_typed
from holdfast.cli.render.plain import PlainView, annotation, is_a_text, log_lines, problem_lines, write
from holdfast.cli.render.words import event_line
from holdfast_engine.model.event import Event
from holdfast_engine.model.problem import Problem


class JsonView(PlainView):
    """For scripts. What a person must read (a question, a problem) still goes to stderr as text."""

    def tell(self, event: Event) -> None:
        if self.manner.events:
            write("stderr", f"{event_line(event)}\n")

    def say(self, line: str) -> None:
        """On stderr: stdout holds the one object and nothing else."""
        if not self.manner.quiet:
            write("stderr", f"{line}\n")

    def result(self, page_name: str, result: dict[str, Any]) -> None:
        told = result if is_a_text(page_name, result) else all_as_typed(result)
        write("stdout", f"{json.dumps(told)}\n")

    def problem(self, problem: Problem, log: str = "") -> int:
        self.write("stderr", [*problem_lines(problem), *log_lines(log), *annotation(problem)])
        told = {**problem.answer, "outcome": problem.kind, "error": problem.to_json()}
        told.update({"log": log} if log else {})
        write("stdout", f"{json.dumps(all_as_typed(told))}\n")
        return problem.exit_code
