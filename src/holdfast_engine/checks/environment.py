"""Environment files against what was known of them at the last deploy: keys, secrets, the database that is meant.

No value is ever shown or kept but where the database is; of secrets a salted fingerprint is.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional

from holdfast_engine.checks.check_input import CheckInput, accepting
from holdfast_engine.model.listing import FILE
from holdfast_engine.model.paths import RelPath
from holdfast_engine.model.plan import PASS, REFUSE, WARN, Check
from holdfast_engine.rules.dotenv import assignments

_SECRETS = frozenset((
    "APP_KEY", "APP_KEYS", "APP_SECRET", "SECRET_KEY", "SECRET_KEY_BASE", "DJANGO_SECRET_KEY", "RAILS_MASTER_KEY",
    "ENCRYPTION_KEY", "NEXTAUTH_SECRET", "AUTH_SECRET", "JWT_SECRET", "ADMIN_JWT_SECRET", "API_TOKEN_SALT",
    "TRANSFER_TOKEN_SALT", "SESSION_SECRET", "COOKIE_SECRET", "PASSPORT_PRIVATE_KEY", "PASSPORT_PUBLIC_KEY",
))  # fmt: skip
_DATABASE = frozenset((
    "DB_CONNECTION", "DB_HOST", "DB_PORT", "DB_DATABASE", "DB_NAME", "DB_SOCKET", "DB_URL", "DATABASE_URL",
    "DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_CLIENT", "DATABASE_FILENAME", "POSTGRES_HOST",
    "POSTGRES_DB", "MYSQL_HOST", "MYSQL_DATABASE", "MONGODB_URI", "MONGO_URL",
))  # fmt: skip
_FEW = 2


def environment(subject: CheckInput) -> Iterator[Check]:
    """What the environment files lost or changed since the last deploy (I32, I34, I35)."""
    memory = subject.site.options.get("environment") or {"salt": "", "files": {}}
    pairs = [(path, memory["files"][path], now) for path, now in _known_again(subject, memory)]
    yield _shrunk(subject, pairs)
    yield _secrets(subject, pairs)
    yield _database(subject, pairs)


_Pairs = Iterable[tuple[str, Mapping[str, Any], Mapping[str, Any]]]


def _known_again(subject: CheckInput, memory: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each remembered file says now; one that is gone altogether is `shared-identity`'s to tell."""
    for path in sorted(memory["files"]):
        now = _said(subject, path, memory["salt"])
        if now is not None:
            yield path, now


def remembered(subject: CheckInput, salt: str) -> dict[str, Any]:
    """What is kept of the environment files until the next deploy; a file that may not be read is as it was known."""
    before = subject.site.options.get("environment") or {"files": {}}
    salt, files = before.get("salt") or salt, {}
    for one in subject.shared:
        if one.kind == FILE and re.fullmatch(r"\.env(\.\w+)*", RelPath(one.path).name) and subject.ends(one.path):
            now = _said(subject, one.path, salt) or before["files"].get(one.path)
            files.update({one.path: now} if now else {})
    return {"salt": salt, "files": files}


def _said(subject: CheckInput, path: str, salt: str) -> Optional[dict[str, Any]]:
    """Names, fingerprints and targets of the file at PATH; None when there is none or it may not be read."""
    text = _text(subject, path)
    if text is None:
        return None
    values = dict(assignments(text))
    return {
        "keys": sorted(values),
        "secrets": {name: _fingerprint(salt, value) for name, value in values.items() if name in _SECRETS and value},
        "earlier": [_fingerprint(salt, one) for one in values.get("APP_PREVIOUS_KEYS", "").split(",") if one],
        "database": {name: _target(salt, value) for name, value in values.items() if name in _DATABASE and value},
    }


def _text(subject: CheckInput, path: str) -> Optional[str]:
    """What will be read at PATH: the live release's own file where a save detached it, else the shared one."""
    live = subject.live / path if subject.live else None
    where = live if live is not None and live in subject.moving else subject.layout.in_shared(path)
    try:
        content = subject.root.read(where)
    except PermissionError:
        return None
    return None if content is None else content.decode("utf-8", "replace")


def _fingerprint(salt: str, value: str) -> str:
    return hmac.new(salt.encode(), value.encode(), "sha256").hexdigest()


def _target(salt: str, value: str) -> str:
    """Where a database is, without whoever logs in there: what stands before the last `@` and after `?` is left out."""
    scheme, mark, rest = value.partition("://")
    if mark:
        return f"{scheme}://{re.split('[?#;]', rest.rpartition('@')[2])[0]}"
    return f"connection string {_fingerprint(salt, value)[:8]}" if re.search("[=@]", value) else value


def _shrunk(subject: CheckInput, pairs: _Pairs) -> Check:
    """A file that lost at least half of its keys was emptied by something; fewer may be meant (I34)."""
    name, few = "environment-shrunk", []
    for path, before, now in pairs:
        lost = [key for key in before["keys"] if key not in now["keys"]]
        kept = len(before["keys"]) - len(lost)
        why = f"`shared/{path}` had {len(before['keys'])} keys at the last deploy, and these are missing: {_list(lost)}"
        if lost and (kept == 0 or (len(lost) >= _FEW and kept <= len(lost))):
            mend = f"put them back in `{_where(subject, path)}`; {accepting(name)}"
            return Check(name, REFUSE, why, mend)
        few += [why] if lost else []
    if few:
        return Check(name, WARN, "; ".join(few), "put them back if the application needs them")
    return Check(name, PASS, "no key is missing")


def _secrets(subject: CheckInput, pairs: _Pairs) -> Check:
    """Data that was encrypted with a key can be read with no other (I35)."""
    name = "environment-secrets"
    for path, before, now in pairs:
        old = {key: mark for key, mark in before["secrets"].items() if now["secrets"].get(key) != mark}
        changed = sorted(key for key, mark in old.items() if mark not in now["earlier"])
        if changed:
            why = f"changed since the last deploy in `shared/{path}`: {_list(changed)}"
            where = _where(subject, path)
            mend = f"put the old value back in `{where}`: no other value can read what it encrypted; {accepting(name)}"
            return Check(name, REFUSE, why, mend)
    return Check(name, PASS, "unchanged since the last deploy")


def _database(subject: CheckInput, pairs: _Pairs) -> Check:
    """A migration must never meet another database than the one that was deployed to (I32)."""
    name = "database-identity"
    for path, before, now in pairs:
        old, new = before["database"], now["database"]
        changed = [key for key in sorted({*old, *new}) if old and old.get(key) != new.get(key)]
        if changed:
            what = f"the database is not the one of the last deploy, by `shared/{path}`"
            mend = f"put the old target back in `{_where(subject, path)}`; {accepting(name)}"
            verdict = REFUSE if any(key in old for key in changed) else WARN
            why = f"{what}: {'; '.join(_step(old, new, changed))}"
            return Check(name, verdict, why, mend, bare=f"{what}: {_list(changed)}")
    return Check(name, PASS, "unchanged since the last deploy")


def _step(old: Mapping[str, str], new: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f"{name} was {_shown(old.get(name))}, is {_shown(new.get(name))}"


def _shown(target: Optional[str]) -> str:
    return "not set" if target is None else f"`{target}`"


def _list(names: list[str]) -> str:
    return ", ".join(names)


def _where(subject: CheckInput, path: str) -> str:
    return subject.root.absolute(subject.layout.in_shared(path))
