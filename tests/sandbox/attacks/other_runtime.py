# Values of one runtime given to another.
# run: -> held
"""No table, function or coroutine of another runtime becomes a value of this one."""

from moonquakes import LuaRuntime


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    other = LuaRuntime(profile="full")
    for value in (
        other.globals(),
        other.eval("print"),
        other.eval("coroutine.create(print)"),
        other.eval("io.stdout"),
    ):
        for give in (
            lambda value: environment.__setitem__("stolen", value),
            lambda value: runtime.execute("stolen = ...", value, environment=environment),
            lambda value: runtime.table_from({"x": value}),
            lambda value: runtime.eval("function(f) stolen = f() end", environment=environment)(
                lambda: value
            ),
        ):
            try:
                give(value)
            except Exception:
                continue
            return f"{value!r} came in"
    return "held" if environment["stolen"] is None else "stolen"
