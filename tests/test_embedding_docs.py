"""Every Python sample of the pages on embedding runs and prints what its comments say."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
SAMPLES = [
    pytest.param(sample, id=f"{page}-{number}")
    for page in ("embedding", "lupa")
    for number, sample in enumerate(
        re.findall(
            r"^```python\n(.*?)^```$", (DOCS / f"{page}.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
    )
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_samples(sample: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.partition(".")[0] == "lupa"]:
        monkeypatch.delitem(sys.modules, name)
    expected = re.findall(r"  # (.*)$", sample, re.MULTILINE)
    assert expected
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(sample, "sample", "exec", dont_inherit=True), {"__name__": "sample"})
    assert printed.getvalue().splitlines() == expected


def test_there_are_samples() -> None:
    assert len(SAMPLES) > 8
