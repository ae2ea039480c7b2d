"""What is shown of a file with secrets: that they differ, and never what they are."""

from __future__ import annotations

import time

import pytest

from holdfast_engine.rules.masking import Masking

KEY = "-----BEGIN KEY-----\nMIIEvQ==\nQUJDRA==\n-----END KEY-----"


def test_every_value_of_an_environment_is_hidden_whatever_its_name():
    """Names and comments stay, so that a change can be read."""
    text = "# mail\nexport MAIL_HOST=smtp.example.org\nAPP_NAME='Club of 1900'\nEMPTY=\n\nwhat is this\n"
    assert Masking()(".env", text) == "# mail\nexport MAIL_HOST=***\nAPP_NAME=***\nEMPTY=\n\n***"


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("closed", [True, False])
def test_a_value_of_several_lines_is_hidden_to_its_end(quote, closed):
    """A private key in quotes, also where the quote never ends."""
    shown = Masking()("shared/.env.production", f"KEY={quote}{KEY}{quote if closed else ''}\nNEXT=1\n")
    assert not {"MIIEvQ", "QUJDRA", "BEGIN"} & set(shown.replace("=", " ").split())
    assert all(word not in shown for word in ("MIIEvQ", "QUJDRA", "BEGIN"))
    assert ("NEXT=***" in shown) == closed


def test_a_commented_value_is_hidden_too():
    """The old password is often the new one."""
    assert Masking()(".env", "#DB_PASSWORD=old-one\n") == "#DB_PASSWORD=***"


def test_two_values_of_one_name_bear_numbers_and_equal_ones_do_not():
    """Whoever compares sees that the password was changed."""
    hidden = Masking()
    assert hidden(".env", "A=one\nB=same\n") == "A=***\nB=***"
    assert hidden(".env", "A=two\nB=same\n") == "A=*** (2)\nB=***"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("define('DB_PASSWORD', 'hunter2');", "define('DB_PASSWORD', '***');"),
        ("'secret' => \"s3cr3t\",", "'secret' => \"***\","),
        ('"api_key": "abc",', '"api_key": "***",'),
        ("$url = 'mysql://club:hunter2@db/club';", "$url = 'mysql://club:***@db/club';"),
        ("echo 'no secret here';", "echo 'no secret here';"),
        ("define('AUTH_SALT', 'put \\'your phrase');", "define('AUTH_SALT', '***');"),
    ],
)
def test_what_is_assigned_to_a_secrets_name_is_hidden_in_any_file(line, shown):
    """Configuration in code has passwords as well."""
    assert Masking()("wp-config.php", line) == shown


def test_a_long_line_costs_no_time():
    """A minified script, or a line made to hurt, is one pass."""
    began = time.monotonic()
    for line in ("password" * 50_000, "password='" + "\\" * 100_000, "a-" * 200_000):
        Masking()("app.js", line)
    assert time.monotonic() - began < 20
