"""Deployer's words as tables: `deploy.yaml`, and inventories."""

from __future__ import annotations

from typing import Any

from holdfast.imports import yaml
from holdfast.imports.deployer_recipe import Recipe, ran, resolved
from holdfast.imports.findings import Place


def load(recipe: Recipe, file: str) -> None:
    """The same words as tables. What is named later is known as well: the settings come first."""
    nodes = yaml.items(yaml.load(recipe.files[file]))
    for node in sorted(
        nodes, key=lambda one: ("import", "config").index(one.key) if one.key in ("import", "config") else 2
    ):
        place = Place(file, node.line)
        if node.key == "import":
            for one in yaml.texts(node.value):
                recipe.recipe(one, place)
        elif node.key in _YAML:
            for inner in yaml.items(node.value):
                _YAML[node.key](recipe, inner, Place(file, inner.line))
        elif node.key in ("before", "after"):
            for inner in yaml.items(node.value):
                names = yaml.texts(inner.value)
                recipe.hooks += [(f"{node.key} {inner.key}", name, Place(file, inner.line)) for name in names]
        elif not node.key.startswith("."):
            recipe.findings.skip(f"{node.key}:", place)


def inventory(recipe: Recipe, file: str, place: Place) -> None:
    """The hosts of a file of their own: below `hosts`, or at its top."""
    found = yaml.items(yaml.load(recipe.files.get(file, "")))
    if not found:
        recipe.findings.skip(f"inventory {file}", place)
    named = [one for one in found if one.key == "hosts"]
    for one in yaml.items(named[0].value) if named else found:
        if not one.key.startswith("."):
            _yaml_host(recipe, one, Place(file, one.line))


def _yaml_setting(recipe: Recipe, node: yaml.Item, place: Place) -> None:
    value = yaml.plain(node.value)
    recipe.set(node.key, resolved(recipe, value) if isinstance(value, str) else value, place)


def _yaml_host(recipe: Recipe, node: yaml.Item, place: Place) -> None:
    recipe.hosts.append(([node.key], _host_options(node.value), place))


def _host_options(node: Any) -> dict[str, Any]:
    said = yaml.plain(node)
    options = dict(said) if isinstance(said, dict) else {}
    labels = options.get("labels")
    if isinstance(labels, dict) and isinstance(labels.get("stage"), str):
        options["stage"] = labels["stage"]
    return options


def _yaml_task(recipe: Recipe, node: yaml.Item, place: Place) -> None:
    recipe.ran.setdefault(node.key, [])
    said = yaml.plain(node.value)
    for step in said if isinstance(said, list) else [said]:
        if isinstance(step, str):
            recipe.groups.setdefault(node.key, []).append(step)
        for word, command in step.items() if isinstance(step, dict) else ():
            if word in ("run", "run_locally") and isinstance(command, str):
                ran(recipe, node.key, command, place)


_YAML = {"config": _yaml_setting, "hosts": _yaml_host, "tasks": _yaml_task}
