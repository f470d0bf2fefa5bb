"""What all tests share: profiles of hypothesis, and what a missing tool means.

Without CI in the environment a test whose tool (``redis-server``, ``node``) is
missing skips with its reason; with it, that test fails.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import lupa.lua54  # noqa: F401  # before fakeredis, which loads other Luas so that their symbols shadow this one's
import pytest
from hypothesis import HealthCheck, settings

from moonquakes.vm.engine import VARIABLE

# What the tests start buffers its output as it does for everybody.
os.environ.pop("PYTHONUNBUFFERED", None)

# Deterministic and quick by default; HYPOTHESIS_PROFILE=long searches at random and for long.
settings.register_profile("quick", max_examples=60, derandomize=True, deadline=None, database=None)
settings.register_profile(
    "long", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(params=["vm", "fast"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test on each engine: what it makes, and the programs it starts, have that one by default."""
    name: str = request.param
    monkeypatch.setenv(VARIABLE, name)
    return name


@pytest.fixture(scope="session")
def need_tool() -> Callable[[str], str]:
    """Return a function that finds a program, and skips (in CI: fails) when it is missing."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            reason = f"{name} is not installed"
            if os.environ.get("CI"):
                pytest.fail(f"{reason}, and CI must run this test")
            pytest.skip(reason)
        return path

    return find
