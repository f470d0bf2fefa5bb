# A script whose source is a binary chunk, or no text at all, given to the host.
# run: -> held
"""The source is the attacker's, too."""

from moonquakes import LuaError, LuaRuntime


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    binary = LuaRuntime(profile="full", encoding=None).eval(b"string.dump(function() return 1 end)")
    for source in (
        binary,
        binary[:20],
        b"\x1b",
        b"\x00" * 1000,
        b"\xff\xfe",
        b"(" * 100_000,
        b"x=" * 100_000,
        b"#!",
    ):
        for run in (runtime.execute, runtime.compile):
            try:
                run(source, environment=environment)
            except LuaError:
                continue
            return f"{source[:20]!r} ran"
    return "held"
