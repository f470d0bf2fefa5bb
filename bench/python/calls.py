"""Small recursive functions of one, two and three arguments: ``calls.lua`` in Python."""

import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 33


def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def tak(x: int, y: int, z: int) -> int:
    if y >= x:
        return z
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))


def ackermann(m: int, n: int) -> int:
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


sys.setrecursionlimit(10000)
print("fib", fib(N), sep="\t")
print("tak", tak(N // 2 + 5, N // 2 - 1, N // 2 - 7), sep="\t")
print("ackermann", ackermann(2, N * 4), sep="\t")
