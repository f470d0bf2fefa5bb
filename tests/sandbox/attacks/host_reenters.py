# A host function that calls back into Lua, and swallows whatever Python lets it.
# run: fuel=1M -> FuelExceeded
# run: -> DeadlineExceeded
"""``except Exception`` of a host function is no way out of a limit."""


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    def call(function):  # type: ignore[no-untyped-def]  # a Lua function
        try:
            return function()
        except Exception as exception:
            return str(exception)

    environment["call"] = call
    return runtime.execute(
        "while true do pcall(call, function() call(function() while true do end end) end) end",
        environment=environment,
    )
