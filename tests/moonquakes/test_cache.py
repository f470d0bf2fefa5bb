"""Do chunks that a folder keeps come back as they were, and nothing that somebody else put there?"""

from __future__ import annotations

import hmac
import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from moonquakes import LuaRuntime, cache
from moonquakes.cache import FolderCache
from moonquakes.vm.chunk_cache import CHUNKS

pytestmark = pytest.mark.usefixtures("engine", "compiled")

# Constants of every kind, closures, loops, slow paths, a coroutine, an error with a line; and long enough.
TEXT = f"""
-- {"padding " * 150}
local t = {{1, 2.5, -0.0, 1/0, true, false, "\\0\\200", n = nil, [true] = 2^53}}
local function sum(...)
  local s = 0
  for _, v in ipairs({{...}}) do s = s + v end
  return s
end
local fs = {{}}
for i = 1, 3 do local n = i; fs[i] = function() n = n + 1; return n end end
local co = coroutine.wrap(function(a) for i = 1, 2 do a = a .. coroutine.yield(a) end return a end)
local object = setmetatable({{}}, {{__add = function(_, b) return 40 + b end, __index = string}})
local text = co("a") .. co("b") .. co("c")
local ok, message = pcall(function() local x = nil; return x.y end)
local n = fs[1]() + fs[1]() + fs[3]()
return sum(1, 2, 3.5), n, text, object + 2, object.rep("k", 3), message, #t, t[5], t[6], t[3]
"""
EXPECTED = (
    6.5,
    9,
    "aababc",
    42,
    "kkk",
    "t.lua:14: attempt to index a nil value (local 'x')",
    7,
    True,
    False,
    0.0,
)


def run(folder: Path) -> object:
    """Run the text as in a new process."""
    CHUNKS.clear()
    lua = LuaRuntime(cache=folder)
    result = lua.execute(TEXT, name="@t.lua")
    assert lua.engine_report().functions == []
    return result


def chunk_file(folder: Path) -> Path:
    (found,) = folder.glob("*.chunk")
    return found


def test_a_chunk_comes_back_as_it_was(tmp_path: Path, compiled: list[str]) -> None:
    folder = tmp_path / "new" / "cache"
    assert run(folder) == EXPECTED
    assert run(folder) == EXPECTED
    assert compiled == ["@t.lua"]
    if os.name == "posix":
        assert [path.stat().st_mode & 0o777 for path in (folder, folder / "secret", chunk_file(folder))] == [
            0o700, 0o600, 0o600
        ]  # fmt: skip


def test_short_texts_are_not_kept(tmp_path: Path) -> None:
    LuaRuntime(cache=tmp_path).execute("return 1")
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_other_texts_names_and_engines_are_other_chunks(tmp_path: Path, compiled: list[str]) -> None:
    run(tmp_path)
    LuaRuntime(cache=tmp_path).execute(TEXT, name="@u.lua")
    LuaRuntime(cache=tmp_path).execute(TEXT + " ", name="@t.lua")
    CHUNKS.clear()
    for engine in ("vm", "fast"):
        LuaRuntime(cache=tmp_path, engine=engine).execute(TEXT, name="@t.lua")  # type: ignore[arg-type]  # these two
        CHUNKS.clear()
    assert compiled == ["@t.lua", "@u.lua", "@t.lua", "@t.lua"]


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("damage", ["signature", "content", "end", "half", "empty", "longer", "forged"])
def test_a_damaged_file_is_compiled_again_and_replaced(
    tmp_path: Path, compiled: list[str], damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path)
    path = chunk_file(tmp_path)
    data = path.read_bytes()
    forged = marshal.dumps(("no", "chunk"))
    path.write_bytes({
        "signature": flipped(data, 0),
        "content": flipped(data, 100),
        "end": flipped(data, len(data) - 1),
        "half": data[: len(data) // 2],
        "empty": b"",
        "longer": data + b"x",
        "forged": hmac.digest(b"\0" * 32, path.name.encode() + forged, "sha256") + forged,
    }[damage])  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(cache.marshal, "loads", lambda data: pytest.fail("what was not verified was read"))
        assert run(tmp_path) == EXPECTED
    assert run(tmp_path) == EXPECTED
    assert compiled == ["@t.lua", "@t.lua"]


def test_a_file_under_the_name_of_another_is_not_taken(tmp_path: Path, compiled: list[str]) -> None:
    run(tmp_path)
    first = chunk_file(tmp_path)
    other = TEXT.replace("sum(1, 2, 3.5)", "'other'")
    LuaRuntime(cache=tmp_path).execute(other, name="@t.lua")
    (second,) = set(tmp_path.glob("*.chunk")) - {first}
    first.write_bytes(second.read_bytes())
    assert run(tmp_path) == EXPECTED
    assert compiled == ["@t.lua"] * 3


def test_another_secret_makes_all_files_void(tmp_path: Path, compiled: list[str]) -> None:
    run(tmp_path)
    (tmp_path / "secret").unlink()
    assert run(tmp_path) == run(tmp_path) == EXPECTED
    assert compiled == ["@t.lua"] * 2


def test_other_versions_have_other_files(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path)
    monkeypatch.setattr("moonquakes.__version__", "0.0.0")
    run(tmp_path)
    monkeypatch.setattr("importlib.util.MAGIC_NUMBER", b"\0\0\r\n")
    run(tmp_path)
    assert compiled == ["@t.lua"] * 3
    assert len(list(tmp_path.glob("*.chunk"))) == 3


@pytest.mark.skipif(os.name != "posix", reason="the rights of files say nothing here")
def test_a_folder_or_a_secret_that_is_not_ours_alone_is_refused(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(ValueError, match=r"secret may be read by others$"):
        FolderCache(tmp_path)
    (tmp_path / "secret").chmod(0o600)
    tmp_path.chmod(0o770)
    with pytest.raises(ValueError, match=r" may be written by others$"):
        LuaRuntime(cache=tmp_path)


def test_a_secret_that_is_a_link_or_too_short_is_not_used(tmp_path: Path, compiled: list[str]) -> None:
    (tmp_path / "mine").write_bytes(b"x" * 32)
    (tmp_path / "mine").chmod(0o600)
    (tmp_path / "secret").symlink_to(tmp_path / "mine")
    assert run(tmp_path) == run(tmp_path) == EXPECTED
    (tmp_path / "secret").unlink()
    (tmp_path / "secret").write_bytes(b"short")
    (tmp_path / "secret").chmod(0o600)
    assert run(tmp_path) == EXPECTED
    assert compiled == ["@t.lua"] * 3
    assert list(tmp_path.glob("*.chunk")) == []


def test_a_folder_that_cannot_be_written_is_no_problem(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    run(tmp_path)
    readable = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda path, flags, *rest: (refuse if flags & os.O_CREAT else readable)(path, flags, *rest),
    )
    assert run(tmp_path) == EXPECTED, "what is there is used"
    assert compiled == ["@t.lua"]
    assert run(tmp_path / "other") == EXPECTED
    (tmp_path / "file").write_text("")
    assert run(tmp_path / "file") == EXPECTED


def test_the_folder_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path)
    path = chunk_file(tmp_path)
    os.utime(path, (0, 0))
    monkeypatch.setattr(cache, "_MOST_BYTES", path.stat().st_size * 3 // 2)
    LuaRuntime(cache=tmp_path).execute(TEXT + " ", name="@t.lua")
    assert chunk_file(tmp_path) != path


def test_two_processes_at_once(tmp_path: Path) -> None:
    script = tmp_path / "script.lua"
    script.write_text(
        "\n".join(f"assert(load([==[{TEXT} -- {number}]==]))()" for number in range(5)) + "\nprint('done')"
    )
    command = [sys.executable, "-m", "moonquakes.cli.moonquakes", str(script)]
    environment = {**os.environ, "MOONQUAKES_CACHE": str(tmp_path / "cache")}
    for _ in range(2):
        processes = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        assert [process.communicate(timeout=60) for process in processes] == [(b"done\n", b"")] * 2
    names = [path.name for path in (tmp_path / "cache").iterdir()]
    assert sorted(path.rpartition(".")[2] for path in names) == ["chunk"] * 6 + ["secret"]


@pytest.mark.skipif(os.name != "posix", reason="the rights of files say nothing here")
def test_the_command_line_says_when_it_cannot_use_the_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    environment = {**os.environ, "MOONQUAKES_CACHE": str(tmp_path)}
    command = [sys.executable, "-m", "moonquakes.cli.moonquakes", "-e", "print(1)"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == (
        "1\n", f"moonquakes: MOONQUAKES_CACHE is not used: {tmp_path} may be written by others\n"
    )  # fmt: skip
    ignoring = [*command[:3], "-E", *command[3:]]
    done = subprocess.run(ignoring, env=environment, capture_output=True, check=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("1\n", "")
