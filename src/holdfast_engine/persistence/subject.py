"""A site as the checklist looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from holdfast_engine.checks.check_input import CheckInput
from holdfast_engine.model.listing import DIR, FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.persistence.build_output import expected_output
from holdfast_engine.persistence.preset_versions import unconfirmed
from holdfast_engine.persistence.shared_paths import Rules, unshared
from holdfast_engine.persistence.web_user import found_user, is_guessed
from holdfast_engine.rules.programs import is_code
from holdfast_engine.site.handle import Site
from holdfast_engine.site.kept import kept_at


def subject_for(site: Site, rules: Rules, **more: Any) -> CheckInput:
    """What the checklist looks at."""
    classifier, user = rules.classifier, found_user(site, rules)
    return CheckInput(
        root=site.root,
        layout=site.links.layout,
        site=site.survey.site,
        settings=site.request.settings,
        listing=rules.listing,
        shared=rules.shared,
        needs=classifier.needs,
        web_root=rules.web_root,
        may_need=tuple(path for path in classifier.preset.files if RelPath(path).name.startswith(".env")),
        settings_file=_settings(site, rules),
        expected=expected_output(rules),
        outputs=tuple(path for path in map(RelPath.parse, site.request.settings.shared) if classifier.builds(path)),
        accept=site.request.accept,
        dropped=_dropped(site, rules),
        links=rules.links,
        web_user=None if user is None else user.uid,
        guessed=user is not None and is_guessed(site, rules, user),
        kept=kept_at(site),
        written=tuple(dict.fromkeys(_written(rules))),
        is_code=lambda path: unshared(classifier, path),
        retired=tuple(one.path for one in site.survey.releases if one.activated and one.path != site.survey.current),
        **more,
    )


def _written(rules: Rules) -> Iterator[str]:
    """Where the application writes, as far as rules say it."""
    yield from (one.path for one in rules.shared if one.kind == DIR)
    yield from rules.classifier.skeleton()
    yield from rules.classifier.writable()


def _settings(site: Site, rules: Rules) -> str:
    """The program that has the settings of this server, where one stands; empty where none does."""
    homes = (site.links.layout.shared, *([site.survey.current] if site.survey.current is not None else ()))
    named = (path for path in rules.classifier.preset.files if is_code(path))
    return next((path for path in named if any(site.root.kind(home / path) == FILE for home in homes)), "")


def _dropped(site: Site, rules: Rules) -> tuple[str, ...]:
    """What a narrower preset left out and nobody agreed to yet; what the configuration unshared is told elsewhere."""
    found = unconfirmed(rules.classifier.preset, site.survey.site, site.survey.active)
    return tuple(path for path in found if path in rules.shared_paths)
