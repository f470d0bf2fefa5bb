"""``--fuel``, ``--timeout`` and ``--memory`` of ``moonquakes``."""

from __future__ import annotations

import pytest

from moonquakes.cli.moonquakes import main

Output = pytest.CaptureFixture[bytes]


@pytest.mark.parametrize(
    ("options", "program", "message"),
    [
        (["--fuel", "1000"], "while true do end", "the run has no fuel left"),
        (["--fuel=1000"], "pcall(function() while true do end end)", "the run has no fuel left"),
        (["--timeout", "0.05"], "while true do end", "the run took too long"),
        (
            ["--memory=1000000"],
            "local t = {} while true do t = {t} end",
            "the run needs more memory than it may",
        ),
    ],
)
def test_a_limit_ends_the_program(
    engine: str, options: list[str], program: str, message: str, capfdbinary: Output
) -> None:
    assert main([*options, "-e", f"io.write('begun ') {program}"]) == 1
    assert capfdbinary.readouterr() == (b"begun ", f"moonquakes: {message}\n".encode())


def test_within_the_limits_nothing_is_different(engine: str, capfdbinary: Output) -> None:
    options = ["--fuel", "100000", "--timeout=10", "--memory", "10000000"]
    assert main([*options, "-e", "print(pcall(error, 'x'))"]) == 0
    assert capfdbinary.readouterr() == (b"false\tx\n", b"")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fuel"], "'--fuel' needs argument"),
        (["--timeout="], "'--timeout' needs argument"),
        (["--memory", "-1"], "'--memory' needs argument"),
        (["--fuel=1.5"], "'--fuel' needs a number, not '1.5'"),
        (["--timeout=nan"], "'--timeout' needs a number, not 'nan'"),
        (["--memory", "much"], "'--memory' needs a number, not 'much'"),
    ],
)
def test_wrong_values_are_usage_errors(arguments: list[str], message: str, capfdbinary: Output) -> None:
    assert main(arguments) == 1
    assert capfdbinary.readouterr().err.decode().startswith(f"moonquakes: {message}\nusage:")
