"""A fresh state for each test of the API."""

from __future__ import annotations

import pytest

from moonquakes.api import mq_State, mqL_newstate, mqL_openlibs


@pytest.fixture
def L(engine: str) -> mq_State:
    """Return the main thread of a state with the standard libraries."""
    L = mqL_newstate()
    mqL_openlibs(L)
    return L
