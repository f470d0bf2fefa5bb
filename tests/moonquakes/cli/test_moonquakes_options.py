"""How ``moonquakes`` reads its command line, and the table ``arg``."""

from __future__ import annotations

from typing import Any

import pytest

from moonquakes.cli.moonquakes import Options, UsageError, argument_table, parse_options


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {}),
        (["x.lua", "-e", "a"], {"script": 0}),
        (["-"], {"script": 0}),
        (["", "x"], {"script": 0}),
        (["--"], {}),
        (["--", "-"], {"script": 1, "script_is_file": True}),
        (["--", "-x.lua"], {"script": 1, "script_is_file": True}),
        (
            ["-e", "a=1", "-lm", "-l", "g=m", "-W"],
            {"actions": [("e", "a=1"), ("l", "m"), ("l", "g=m"), ("W", "")]},
        ),
        (["-ea=1", "x"], {"actions": [("e", "a=1")], "script": 1}),
        (["-i"], {"interactive": True, "version": True}),
        (["-v", "-E", "x"], {"version": True, "ignore_environment": True, "script": 2}),
    ],
)
def test_options(arguments: list[str], expected: dict[str, Any]) -> None:
    assert vars(parse_options(arguments)) == {**vars(Options()), **expected}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-x"], "unrecognized option '-x'"),
        (["--version"], "unrecognized option '--version'"),
        (["-iv"], "unrecognized option '-iv'"),
        (["-vi"], "unrecognized option '-vi'"),
        (["-Ex"], "unrecognized option '-Ex'"),
        (["-WW"], "unrecognized option '-WW'"),
        (["-e"], "'-e' needs argument"),
        (["-l"], "'-l' needs argument"),
        (["-e", "-v"], "'-e' needs argument"),
        (["-l", "-"], "'-l' needs argument"),
    ],
)
def test_wrong_options(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_options(arguments)
    assert str(error.value) == message


def test_arg_counts_from_the_script() -> None:
    table = argument_table("moonquakes", ["-e", "a", "x.lua", "one", "two"], 2)
    expected = {-3: "moonquakes", -2: "-e", -1: "a", 0: "x.lua", 1: "one", 2: "two", 3: None, -4: None}
    assert {key: table.get(key) for key in expected} == expected
    assert table.length() == 2


def test_arg_without_a_script_counts_from_the_program() -> None:
    table = argument_table("moonquakes", ["-e", "a"], None)
    assert [table.get(index) for index in range(-1, 4)] == [None, "moonquakes", "-e", "a", None]
