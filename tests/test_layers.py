"""Which module may import which: the layers of docs/architecture.md, held by reading the imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: From the bottom up; a module imports its own layer and those before it.
LAYERS = (
    "values",
    "errors",
    "numbers",
    "recursion",
    "parser",
    "bytecode",
    "compiler",
    "vm",
    "stdlib",
    "api",
    "cache",
    "capabilities",
    "sandbox",
    "embedding",
    "runtime",
    "lupa_compat",
    "inspect",
    "cli",
)

SOURCES = sorted(path for package in ("moonquakes", "raincall") for path in (ROOT / package).rglob("*.py"))

#: What would let Moonquakes out to the network.
NETWORK = {"socket", "asyncio", "ssl", "selectors", "socketserver", "http", "urllib", "redis", "fakeredis"}
#: What may use the host's event loop, which opens no socket by that.
ASYNCHRONOUS = "moonquakes/embedding/asynchronous.py"
#: Where raincall may open sockets: the server, the TCP backend, the command line, and the tool that asks a
#: redis-server for its commands.
HOSTS = re.compile(r"raincall/(server|backends/tcp|cli|commands/derive)")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Yield (dotted name, line) of everything that ``path`` imports, at whatever depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: a relative import hides its layer"
            assert node.module is not None
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def layer_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "moonquakes" and len(parts) > 1 and parts[1] in LAYERS else None


def misplaced(source: str, module: str) -> bool:
    """Whether a file of layer ``source`` must not import ``module``."""
    target = layer_of(module)
    return target is not None and LAYERS.index(target) > LAYERS.index(source)


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.is_relative_to(ROOT / "moonquakes")], ids=name_of
)
def test_moonquakes_imports_downwards_only(path: Path) -> None:
    relative = path.relative_to(ROOT / "moonquakes")
    layer = relative.parts[0].removesuffix(".py")
    if layer == "__init__":
        layer = "runtime"  # the package itself exports the runtime
    assert layer in LAYERS, f"{name_of(path)} belongs to no layer of tests/test_layers.py"
    for module, line in imports_of(path):
        assert not misplaced(layer, module), f"{name_of(path)}:{line}: {layer} must not import {module}"
        top = module.split(".")[0]
        known = top in sys.stdlib_module_names or top in (
            "moonquakes",
            "lark",
            "__pypy__",
        )  # the last is PyPy's own
        assert known, f"{name_of(path)}:{line}: moonquakes must not import {top}"
        if (name_of(path), top) == (ASYNCHRONOUS, "asyncio"):
            continue
        assert top not in NETWORK, f"{name_of(path)}:{line}: moonquakes must not import {top}"


def test_a_misplaced_import_is_found() -> None:
    assert misplaced("parser", "moonquakes.vm.table")
    assert misplaced("numbers", "moonquakes.parser")
    assert not misplaced("vm", "moonquakes.parser.ast")


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.is_relative_to(ROOT / "raincall")], ids=name_of
)
def test_raincall_keeps_to_public_apis(path: Path) -> None:
    for module, line in imports_of(path):
        place = f"{name_of(path)}:{line}"
        top = module.split(".")[0]
        layer = layer_of(module)
        assert layer in (None, "api"), f"{place}: raincall may use moonquakes' public API only, not {module}"
        if top in ("socket", "ssl", "selectors", "socketserver"):
            assert HOSTS.match(name_of(path)), f"{place}: no {top} below the hosts"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_is_readable_in_one_sitting(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 600, f"{name_of(path)} is too long: a file answers one question"
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), f"{name_of(path)} does not say which question it answers"


def test_no_file_names_a_place_of_one_machine() -> None:
    """Only what a clone has, or what every machine has, may be named."""
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert listing
    # Written in parts, so that this file does not find itself.
    places = re.compile(r"(?<![\w./])/(?:wor" r"k|hom" r"e|roo" r"t)/[a-z.]")
    found = []
    for name in listing:
        path = ROOT / name
        if path.suffix in {".py", ".lua", ".lark", ".md", ".toml", ".sh", ""} and path.is_file():
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if places.search(line):
                    found.append(f"{name}:{number}: {line.strip()}")
    assert found == []
