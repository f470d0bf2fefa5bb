# Scripts run by several threads at once, some of which reach their limit.
# run: deadline=none fuel=300M seconds=20 -> held
"""A limit ends the run that reached it and no other."""

import threading

from moonquakes import LuaRuntime, MemoryExceeded, Sandbox


def attack(runtime, environment):  # type: ignore[no-untyped-def]  # any runtime
    wrong: list[object] = []

    def work(number: int) -> None:
        mine = LuaRuntime(engine=runtime.engine, sandbox=Sandbox(memory=4 << 20))
        for _ in range(3):
            try:
                if number % 2:
                    mine.execute("local t = {} while true do t = {t} end", environment=mine.environment())
                    wrong.append("no end")
                elif (
                    mine.eval("(function() local n = 0 for i = 1, 20000 do n = n + i end return n end)()")
                    != 200010000
                ):
                    wrong.append("sum")
            except MemoryExceeded:
                if not number % 2:
                    wrong.append("memory")
            except BaseException as exception:
                wrong.append(exception)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "held" if not wrong else str(wrong)
