"""Whether the documentation is true where a machine can tell: generated pages, links, commands."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("name", ["opcodes", "api"])
def test_generated_pages_are_current(name: str) -> None:
    path = ROOT / "docs" / f"generate_{name}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = getattr(module, f"{name}_page")()
    assert module.PAGE.read_text(encoding="utf-8") == page, f"run: python docs/{path.name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}, which does not exist"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    """A path in backquotes under one of our folders must be there."""
    text = page.read_text(encoding="utf-8")
    named = re.findall(
        r"`((?:moonquakes|raincall|docs|tests|bench|conformance|examples|\.ci)/[\w./-]+)`", text
    )
    for name in named:
        assert (ROOT / name).exists(), f"{page.name} names {name}, which does not exist"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_dev_that_are_named_exist(page: Path) -> None:
    usage = subprocess.run(["./dev", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"^  ([\w-]+) ", usage, re.MULTILINE))
    assert {"demo", "test"} <= known
    for command in re.findall(r"\./dev ([a-z-]+)", page.read_text(encoding="utf-8")):
        assert command in known, f"{page.name} names ./dev {command}, which does not exist"
