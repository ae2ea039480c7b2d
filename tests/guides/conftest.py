"""A newcomer has what is published."""

from installs.conftest import published

__all__ = ["published"]
