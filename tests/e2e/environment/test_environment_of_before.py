"""The environment against what it was at the last deploy: the database that is meant, keys, secrets (I32, I34, I35)."""

from __future__ import annotations

import json
import re
import stat

import pytest

from holdfast_engine.model.request import Settings
from lib.refusals import assert_refused, fails
from lib.world import NEXT, World

ENV = """APP_KEY=base64:correct-horse
APP_NAME=Shop
DB_CONNECTION=mysql
DB_HOST=10.0.0.5
DB_DATABASE=shop
DB_USERNAME=keeper
DB_PASSWORD=battery-staple
MAIL_HOST=mail.example.org
"""
SECRETS = ("correct-horse", "battery-staple", "keeper")


@pytest.fixture
def world(tmp_path):
    found = World(tmp_path, env=ENV)
    found.ship()
    return found


def _env(world, text):
    (world.site / "shared/.env").write_text(text)


def _told(world, problem):
    return repr((problem.to_json(), [event.to_json() for event in world.events]))


def _refused(world, tmp_path, check):
    """The next deploy is refused by CHECK alone, changes nothing and shows no secret."""
    problem = assert_refused(tmp_path, world.deploy, exits=30, code="checklist-refused")
    assert [line.partition(":")[0] for line in problem.context] == [check]
    assert f"--accept {check}" in problem.hint
    assert not [secret for secret in SECRETS if secret in _told(world, problem)]
    return problem.context[0]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("DB_DATABASE=shop", "DB_DATABASE=staging", "DB_DATABASE was `shop`, is `staging`"),
        ("DB_HOST=10.0.0.5", "DB_HOST='localhost'", "DB_HOST was `10.0.0.5`, is `localhost`"),
        ("DB_CONNECTION=mysql\n", "", "DB_CONNECTION was `mysql`, is not set"),
        ("DB_HOST=10.0.0.5\n", "#DB_HOST=10.0.0.5\n", "DB_HOST was `10.0.0.5`, is not set"),
    ],
)
def test_i32_another_database_than_at_the_last_deploy_is_refused_with_both_targets(world, tmp_path, old, new, named):
    """I32: before a migration meets it, the old and the new target are shown, and nobody's login."""
    _env(world, ENV.replace(old, new))
    world.settings = Settings(before_activation=(f"touch {tmp_path}/migrated",))
    world.commit()

    assert named in _refused(world, tmp_path, "database-identity")
    assert not (tmp_path / "migrated").exists()


def test_i32_a_database_url_is_compared_and_shown_without_its_credentials(tmp_path):
    """I32: a new password is no new database; another host behind the same login is one."""
    world = World(tmp_path, NEXT, env="DATABASE_URL=postgres://keeper:battery-staple@db1/shop?sslmode=require\n")
    world.ship()
    _env(world, 'DATABASE_URL="postgres://keeper:correct-horse@db1/shop"\n')
    assert world.ship()["outcome"] == "deployed"
    _env(world, "DATABASE_URL=postgres://keeper:correct-horse@db2/shop\n")
    world.commit()

    line = _refused(world, tmp_path, "database-identity")

    assert "was `postgres://db1/shop`, is `postgres://db2/shop`" in line


def test_i32_a_person_accepts_the_new_database_once(world):
    """I32: with the flag it is a warning, and from then on the new one is the one that is known."""
    _env(world, ENV.replace("DB_DATABASE=shop", "DB_DATABASE=staging"))

    answer = world.ship(accept=("database-identity",))

    assert answer["outcome"] == "deployed"
    assert [line for line in answer["warnings"] if "`shop`, is `staging`" in line]
    assert world.ship()["outcome"] == "deployed"


@pytest.mark.parametrize("keep", [1, 3])
def test_i34_an_environment_that_lost_half_of_its_keys_is_refused_by_name(world, tmp_path, keep):
    """I34: what emptied the file is found out before the application starts with the rest of it."""
    _env(world, "".join(ENV.splitlines(keepends=True)[:keep]))
    world.commit()

    problem = assert_refused(tmp_path, world.deploy, exits=30, code="checklist-refused")

    [line] = [line for line in problem.context if line.startswith("environment-shrunk")]
    assert "DB_PASSWORD, DB_USERNAME, MAIL_HOST" in line
    assert not [secret for secret in SECRETS if secret in _told(world, problem)]


def test_i34_a_detached_environment_is_judged_by_what_will_be_read(world, tmp_path):
    """I33, I34: a panel that replaced the live file by a short one is noticed before that is shared."""
    (world.live / ".env").unlink()
    (world.live / ".env").write_text("APP_KEY=base64:correct-horse\n")
    world.commit()

    problem = assert_refused(tmp_path, world.deploy, exits=30, code="checklist-refused")

    assert any(line.startswith("environment-shrunk") for line in problem.context)
    assert (world.site / "shared/.env").read_text() == ENV


def test_i34_one_key_that_is_gone_is_a_warning(world):
    """I34: a line that a person took out stops nothing, and is told by name."""
    _env(world, ENV.replace("MAIL_HOST=mail.example.org\n", ""))

    answer = world.ship()

    assert answer["outcome"] == "deployed"
    assert any("missing: MAIL_HOST" in line for line in answer["warnings"])
    assert not any("MAIL_HOST" in line for line in world.ship()["warnings"])


def test_i34_a_person_accepts_the_shorter_file(world):
    """I34: forced, it is deployed; what is forgotten is asked for no more."""
    _env(world, "APP_KEY=base64:correct-horse\nAPP_NAME=Shop\n")

    world.ship(accept=("environment-shrunk", "database-identity"))

    assert world.ship()["outcome"] == "deployed"


@pytest.mark.parametrize("name", ["APP_KEY", "SECRET_KEY_BASE", "NEXTAUTH_SECRET", "JWT_SECRET"])
def test_i35_one_changed_letter_of_a_secret_is_refused_by_name_alone(tmp_path, name):
    """I35: what was encrypted with the old one could not be read any more."""
    world = World(tmp_path, NEXT, env=f"{name}=base64:correct-horse\nAPP_NAME=Shop\n")
    world.ship()
    _env(world, f"{name}=base64:correct-horsf\nAPP_NAME=Shop\n")
    world.commit()

    assert name in _refused(world, tmp_path, "environment-secrets")


def test_i35_another_spelling_of_the_same_secret_is_no_change(world):
    """I35: quotes, `export` and remarks around the value change nothing."""
    _env(world, ENV.replace("APP_KEY=base64:correct-horse", 'export APP_KEY="base64:correct-horse"'))
    assert world.ship()["outcome"] == "deployed"
    _env(world, ENV.replace("APP_KEY=base64:correct-horse", "APP_KEY = base64:correct-horse # never change it"))
    assert world.ship()["outcome"] == "deployed"


def test_i35_a_key_that_was_rotated_with_the_framework_s_own_means_is_no_refusal(world):
    """I35: as long as the former key is kept among APP_PREVIOUS_KEYS, everything can still be read."""
    _env(world, ENV.replace("base64:correct-horse", "base64:new") + "APP_PREVIOUS_KEYS=base64:correct-horse\n")

    assert world.ship()["outcome"] == "deployed"


def test_i35_a_changed_secret_is_refused_when_no_code_changed_and_accepted_for_good(world, tmp_path):
    """I35: `unchanged` hides no changed key either; accepted once, it is the one that is known."""
    _env(world, ENV.replace("base64:correct-horse", "base64:new"))
    _refused(world, tmp_path, "environment-secrets")

    assert world.deploy(accept=("environment-secrets",))["outcome"] == "unchanged"
    assert world.deploy()["outcome"] == "unchanged"


def test_i35_what_is_kept_of_secrets_is_a_salted_fingerprint_for_the_owner_alone(world, tmp_path):
    """I35: neither a value nor anything that two sites could be compared by lies on the disk."""
    other = World(tmp_path / "other", env=ENV)
    other.ship()
    kept = [(one.site / ".holdfast/site.json").read_text() for one in (world, other)]

    assert not [secret for text in kept for secret in SECRETS if secret in text]
    marks = [json.loads(text)["options"]["environment"]["files"][".env"]["secrets"]["APP_KEY"] for text in kept]
    assert marks[0] != marks[1]
    assert re.fullmatch("[0-9a-f]{64}", marks[0])
    assert stat.S_IMODE((world.site / ".holdfast/site.json").stat().st_mode) == 0o600


def test_i35_a_refused_or_failed_deploy_makes_nothing_known(world, tmp_path):
    """I35: only a deploy that went through says that the new values are the right ones."""
    _env(world, ENV.replace("base64:correct-horse", "base64:new"))
    world.settings = Settings(before_activation=("exit 3",))
    world.commit()
    fails(lambda: world.deploy(accept=("environment-secrets",)), exits=50, code="hook-failed")

    _refused(world, tmp_path, "environment-secrets")


def test_i35_a_rollback_and_the_checklist_know_the_last_deploy_s_secret(world):
    """I35, G5: going back is no deploy: it neither refuses nor makes the changed key the known one."""
    world.ship()
    _env(world, ENV.replace("base64:correct-horse", "base64:new"))
    world.rollback()

    checks = {check["name"]: check["verdict"] for check in world.perform("checklist")["checks"]}

    assert checks["environment-secrets"] == "refuse"


def test_i31_a_person_accepts_a_site_without_its_environment(tmp_path):
    """I31: where the values come from the process's own environment, no file is needed, and none is made."""
    world = World(tmp_path, env=None)

    assert world.ship(accept=("environment-linked",))["outcome"] == "deployed"
    assert not (world.site / "shared/.env").exists()


def test_what_was_accepted_is_told_as_a_warning_without_its_mend(world):
    """INTERFACE: the warning says that a person took it, and asks for nothing."""
    _env(world, ENV.replace("DB_DATABASE=shop", "DB_DATABASE=staging"))

    [line] = [line for line in world.ship(accept=("database-identity",))["warnings"] if "staging" in line]

    assert line.startswith("accepted: the database is not the one")
    assert "--accept" not in line


@pytest.mark.parametrize("name", ["permissions", "links-leave-release", "nonsense", ""])
def test_what_cannot_be_accepted_is_a_usage_error_that_lists_what_can(world, tmp_path, name):
    """INTERFACE, exit 2: a person cannot wave through what Holdfast itself needs."""
    world.commit()

    for command in ("deploy", "plan"):
        problem = assert_refused(
            tmp_path,
            lambda command=command: world.perform(command, source=world.source, accept=("space", name)),
            exits=2,
            code="usage",
        )
        assert "database-identity" in problem.context[0]


def test_i76_uploads_deleted_by_hand_lock_nobody_out(world, tmp_path):
    """I76: what held files and is gone is refused, and the way on, if it was meant, is named and works once."""
    world.precious.write("public/uploads/a.jpg")
    world.ship()
    (world.site / "shared/public/uploads/a.jpg").unlink()
    (world.site / "shared/public/uploads").rmdir()
    world.commit()
    assert "shared/public/uploads held 1 file" in _refused(world, tmp_path, "data-memory")

    world.deploy(accept=("data-memory",))

    assert (world.live / "public/uploads").is_dir()
    assert world.ship()["outcome"] == "deployed"


def test_i76_a_directory_that_was_emptied_locks_nobody_out(world, tmp_path):
    """I76: exports that expire, or `rm -rf` and `mkdir`: refused, and what to type where it is meant is named."""
    world.precious.write("public/uploads/a/b.jpg")
    world.ship()
    (world.site / "shared/public/uploads/a/b.jpg").unlink()
    world.commit()
    assert "shared/public/uploads held 1 file " in _refused(world, tmp_path, "data-memory")

    world.deploy(accept=("data-memory=public/uploads",))

    assert world.ship()["outcome"] == "deployed"


def test_i76_a_single_file_that_somebody_deleted_is_told_of_and_stops_nobody(world, tmp_path):
    """I76: `public/sitemap.xml` was laid into `shared/`, no rule names it, and it may go as it came."""
    world.precious.write("public/sitemap.xml", into=world.site / "shared")
    world.ship()
    (world.site / "shared/public/sitemap.xml").unlink()
    assert [line for line in world.ship()["warnings"] if "public/sitemap.xml" in line] != []
    assert not (world.live / "public/sitemap.xml").exists()
