"""``moonquakes`` as a program: output, messages and exit statuses as ``lua`` has them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moonquakes.cli.moonquakes import USAGE, main

pytestmark = pytest.mark.usefixtures("engine")

Output = pytest.CaptureFixture[bytes]
COMMAND = [sys.executable, "-m", "moonquakes.cli.moonquakes"]


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LUA_INIT", raising=False)
    monkeypatch.delenv("LUA_INIT_5_4", raising=False)
    monkeypatch.setenv("LUA_PATH", "./?.lua")
    return tmp_path


def run(*arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], input=text, capture_output=True, timeout=60)


def traceback(message: str, *levels: str) -> str:
    lines = "".join(f"\n\t{level}" for level in (*levels, "[C]: in ?"))
    return f"moonquakes: {message}\nstack traceback:{lines}\n"


def test_statements_modules_and_a_script_in_order(capfdbinary: Output) -> None:
    Path("mod.lua").write_text("print('mod', ...) return {name = 'mod'}")
    Path("script.lua").write_text("print('script', ..., arg[0], arg[1], #arg, x, mod.name, short.name)")
    assert main(["-e", "x = 1", "-lmod", "-l", "short=mod", "script.lua", "a", "b"]) == 0
    out, err = capfdbinary.readouterr()
    assert err == b""
    assert out == b"mod\tmod\t./mod.lua\nscript\ta\tscript.lua\ta\t2\t1\tmod\tmod\n"


def test_a_version_after_a_modules_name_is_no_part_of_the_global(capfdbinary: Output) -> None:
    Path("mod-v2.lua").write_text("return 'two'")
    assert main(["-l", "mod-v2", "-e", "print(mod)"]) == 0
    assert capfdbinary.readouterr().out == b"two\n"


def test_bytes_go_through_unchanged() -> None:
    Path("bytes.lua").write_bytes(b"\xef\xbb\xbf#!/usr/bin/lua\nio.write('\xff\x80', arg[1], ' ', #arg[1])\n")
    done = subprocess.run([*COMMAND, "bytes.lua", b"\xe9\xff"], capture_output=True)
    assert (done.stdout, done.stderr) == (b"\xff\x80\xe9\xff 2", b"")


def test_a_compiled_chunk_is_a_script(capfdbinary: Output) -> None:
    from moonquakes.cli import mqc

    Path("a.lua").write_text("print('compiled', ...)")
    assert mqc.main(["-s", "-o", "a.out", "a.lua"]) == 0
    assert main(["a.out", "1"]) == 0
    assert capfdbinary.readouterr().out == b"compiled\t1\n"


@pytest.mark.parametrize("arguments", [(), ("-",), ("-", "a", "b")])
def test_standard_input(arguments: tuple[str, ...]) -> None:
    done = run(*arguments, text=b"#! first line\nprint(select('#', ...), debug.getinfo(1, 'S').source)")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == f"{max(0, len(arguments) - 1)}\t=stdin\n".encode()


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_an_error_in_standard_input(arguments: tuple[str, ...]) -> None:
    done = run(*arguments, text=b"local t\nt.x = 1")
    assert done.returncode == 1
    message = "stdin:2: attempt to index a nil value (local 't')"
    assert done.stderr.decode() == traceback(message, "stdin:2: in main chunk")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("error('x')", "(command line):1: x"),
        ("error('x', 0)", "x"),
        ("error(12)", "12"),
        ("error()", "(error object is a nil value)"),
        ("error({})", "(error object is a table value)"),
        ("error(print)", "(error object is a function value)"),
    ],
)
def test_a_runtime_error_has_a_traceback(statement: str, message: str, capfdbinary: Output) -> None:
    assert main(["-e", statement]) == 1
    err = capfdbinary.readouterr().err.decode()
    assert err == traceback(message, "[C]: in function 'error'", "(command line):1: in main chunk")


def test_an_error_object_with_tostring_speaks_for_itself(capfdbinary: Output) -> None:
    statement = "error(setmetatable({}, {__tostring = function() return 'object speaks' end}))"
    assert main(["-e", statement]) == 1
    assert capfdbinary.readouterr().err == b"moonquakes: object speaks\n"


def test_the_traceback_names_functions(capfdbinary: Output) -> None:
    Path("deep.lua").write_text(
        "local function inner()\n  x()\nend\nfunction outer()\n  inner()\nend\nouter()\n"
    )
    assert main(["deep.lua"]) == 1
    assert capfdbinary.readouterr().err.decode() == traceback(
        "deep.lua:2: attempt to call a nil value (global 'x')",
        "deep.lua:2: in upvalue 'inner'",
        "deep.lua:5: in function 'outer'",
        "deep.lua:7: in main chunk",
    )


def test_an_error_object_speaks_at_the_level_of_the_reference(capfdbinary: Output) -> None:
    Path("object.lua").write_text(
        "local speak = function()\n  return 'line ' .. debug.getinfo(4).currentline\nend\n"
        "error(setmetatable({}, {__tostring = speak}))\n"
    )
    assert main(["object.lua"]) == 1
    assert capfdbinary.readouterr().err == b"moonquakes: line 4\n"


def test_the_name_it_was_called_by_stands_in_arg_and_before_messages(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    program = tmp_path / "lua-like"
    program.write_text(
        # Through sh: a #! line cannot name a path with a space.
        f"#!/bin/sh\n'''exec' \"{sys.executable}\" \"$0\" \"$@\"\n' '''\n"
        f"import sys\nsys.path.insert(0, {str(root)!r})\n"
        "from moonquakes.cli.moonquakes import main\nsys.exit(main())\n"
    )
    program.chmod(0o755)
    command = ["-e", "io.stderr:write(arg[0], '\\n') error('no', 0)"]
    for name, path in ((str(program), "/nowhere"), ("lua-like", str(tmp_path))):
        environ = {**os.environ, "PATH": path}
        done = subprocess.run(["/usr/bin/env", name, *command], env=environ, capture_output=True, timeout=60)
        assert done.stderr.decode().splitlines()[:2] == [name, f"{name}: no"]


def test_the_script_gets_what_is_in_arg(capfdbinary: Output) -> None:
    Path("dots.lua").write_text("print(...)")
    assert main(["-e", "arg[1] = 100 arg[4] = 'more'", "dots.lua", "a", "b", "c"]) == 0
    assert main(["-e", "arg = 1", "dots.lua"]) == 1
    assert main(["-e", "arg = 1", "nowhere.lua"]) == 1
    out, err = capfdbinary.readouterr()
    assert out == b"100\tb\tc\tmore\n"
    assert err == (
        b"moonquakes: 'arg' is not a table\nmoonquakes: cannot open nowhere.lua: No such file or directory\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.lua"], "cannot open nowhere.lua: No such file or directory"),
        (["."], "cannot read .: Is a directory"),
        (["bad.lua"], "bad.lua:2: unexpected symbol near <eof>"),
        (["noise"], "noise:1: unexpected symbol near '<\\128>'"),
        (["broken"], "broken: bad binary format (truncated chunk)"),
        (["-e", "x="], "(command line):1: unexpected symbol near <eof>"),
        (["-e", "goto x"], "(command line):1: no visible label 'x' for <goto> at line 1"),
    ],
)
def test_what_cannot_be_loaded(arguments: list[str], message: str, capfdbinary: Output) -> None:
    Path("bad.lua").write_text("x =\n")
    Path("noise").write_bytes(bytes(range(128, 256)) * 4)
    Path("broken").write_bytes(b"\x1bLua\x54")
    assert main(arguments) == 1
    assert capfdbinary.readouterr() == (b"", f"moonquakes: {message}\n".encode())


def test_a_module_that_is_not_found(capfdbinary: Output) -> None:
    assert main(["-l", "nowhere"]) == 1
    err = capfdbinary.readouterr().err.decode()
    assert err.startswith("moonquakes: module 'nowhere' not found:\n\tno field package.preload['nowhere']\n")
    assert err.endswith("stack traceback:\n\t[C]: in function 'require'\n\t[C]: in ?\n")


def test_wrong_usage(capfdbinary: Output) -> None:
    assert main(["-x"]) == 1
    assert capfdbinary.readouterr() == (b"", f"moonquakes: unrecognized option '-x'\n{USAGE}".encode())


def test_after_a_failure_nothing_else_runs(capfdbinary: Output) -> None:
    assert main(["-e", "error('x', 0)", "-e", "print('not reached')"]) == 1
    assert capfdbinary.readouterr().out == b""


def test_version(capfdbinary: Output) -> None:
    assert main(["-v"]) == 0
    assert main(["-v", "-e", "print(1)"]) == 0
    assert capfdbinary.readouterr() == (b"Moonquakes 0.1.0  Lua 5.4 of Lua.org, PUC-Rio\n" * 2 + b"1\n", b"")


def test_warnings(capfdbinary: Output) -> None:
    assert main(["-e", "warn('off')", "-W", "-e", "warn('on')"]) == 0
    assert capfdbinary.readouterr().err == b"Lua warning: on\n"


class TestInit:
    def test_a_statement(self, monkeypatch: pytest.MonkeyPatch, capfdbinary: Output) -> None:
        monkeypatch.setenv("LUA_INIT", "x = 'init'")
        assert main(["-e", "print(x)"]) == 0
        assert capfdbinary.readouterr().out == b"init\n"

    def test_a_file(self, monkeypatch: pytest.MonkeyPatch, capfdbinary: Output) -> None:
        Path("init.lua").write_text("x = 'file'")
        monkeypatch.setenv("LUA_INIT", "@init.lua")
        assert main(["-e", "print(x)"]) == 0
        assert capfdbinary.readouterr().out == b"file\n"

    def test_the_special_variable_comes_first(
        self, monkeypatch: pytest.MonkeyPatch, capfdbinary: Output
    ) -> None:
        monkeypatch.setenv("LUA_INIT", "error('not this one')")
        monkeypatch.setenv("LUA_INIT_5_4", "x = '5.4'")
        assert main(["-e", "print(x)"]) == 0
        assert capfdbinary.readouterr().out == b"5.4\n"

    def test_an_error_ends_the_program(self, monkeypatch: pytest.MonkeyPatch, capfdbinary: Output) -> None:
        monkeypatch.setenv("LUA_INIT", "error('wrong')")
        assert main(["-e", "print('not reached')"]) == 1
        expected = traceback("LUA_INIT:1: wrong", "[C]: in function 'error'", "LUA_INIT:1: in main chunk")
        assert capfdbinary.readouterr() == (b"", expected.encode())

    def test_it_can_be_ignored(self, monkeypatch: pytest.MonkeyPatch, capfdbinary: Output) -> None:
        monkeypatch.setenv("LUA_INIT", "error('wrong')")
        monkeypatch.setenv("LUA_PATH", "nowhere")
        assert main(["-E", "-e", "print(package.path == 'nowhere')"]) == 0
        assert capfdbinary.readouterr().out == b"false\n"


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("os.exit(7)", 7),
        ("os.exit(false)", 1),
        ("os.exit(true)", 0),
        ("os.exit()", 0),
        ("pcall(os.exit, 3)", 3),
    ],
)
def test_os_exit(statement: str, status: int, capfdbinary: Output) -> None:
    assert main(["-e", f"io.write('before ') {statement} print('after')"]) == status
    assert capfdbinary.readouterr() == (b"before ", b"")


def test_os_exit_ends_the_process() -> None:
    done = run("-e", "io.write('before ') coroutine.wrap(os.exit)(7, true) print('after')")
    assert (done.returncode, done.stdout, done.stderr) == (7, b"before ", b"")


def test_an_interrupt_is_a_lua_error() -> None:
    statement = "print(pcall(function() print('running') while true do end end)) while true do end"
    with subprocess.Popen(
        [*COMMAND, "-e", statement], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"running\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == b"false\t(command line):1: interrupted!\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith(b"moonquakes: interrupted!\n")


def test_a_reader_that_leaves_is_no_error() -> None:
    statement = "for i = 1, 1e9 do print(i) end"
    with subprocess.Popen(
        [*COMMAND, "-e", statement], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"1\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


@pytest.mark.parametrize(
    "statement",
    [
        "local function f() string.gsub('a', 'a', f) end f()",
        "string.rep('x', 1 << 40)",
        "local s = '' for i = 1, 300 do s = s .. '(' end assert(load('return ' .. s))",
        "coroutine.wrap(function() error('inside') end)()",
        "error(setmetatable({}, {__tostring = function() error('again') end}))",
        "error(setmetatable({}, {__tostring = function() return 1 end}))",
    ],
)
def test_never_a_python_traceback(statement: str, capfdbinary: Output) -> None:
    assert main(["-e", statement]) == 1
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert err.startswith(b"moonquakes: ")
    assert b"Traceback" not in err
    assert b".py" not in err


def test_starting_needs_no_late_modules() -> None:
    late = ["argparse", "readline", "moonquakes.cli.repl", "importlib.metadata", "asyncio", "subprocess"]
    code = f"""if True:
        import sys
        from moonquakes.cli.moonquakes import main
        main(["-e", "print(1)"])
        print(sorted(set({late!r}) & set(sys.modules)))
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env={**os.environ}, timeout=60)
    assert done.stdout == b"1\n[]\n"
