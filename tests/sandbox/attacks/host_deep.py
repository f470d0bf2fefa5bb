# Recursion through a host function, back and forth.
# run: fuel=5M -> held
"""The host's stack is not a script's to fill."""


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    environment["call"] = lambda function: function()
    return runtime.execute(
        "local function go() return call(go) end local ok = pcall(go) assert(not ok) return 'held'",
        environment=environment,
    )
