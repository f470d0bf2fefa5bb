"""The largest singular value of an infinite matrix: ``spectral_norm.lua`` in Python."""

import sys
from math import sqrt

N = int(sys.argv[1]) if len(sys.argv) > 1 else 320


def element(i: int, j: int) -> float:
    diagonal = i + j
    return 1.0 / (diagonal * (diagonal + 1) / 2 + i + 1)


def times(v: list[float]) -> list[float]:
    result = []
    for i in range(len(v)):
        total = 0.0
        for j, value in enumerate(v):
            total += element(i, j) * value
        result.append(total)
    return result


def transposed_times(v: list[float]) -> list[float]:
    result = []
    for i in range(len(v)):
        total = 0.0
        for j, value in enumerate(v):
            total += element(j, i) * value
        result.append(total)
    return result


def dot(u: list[float], v: list[float]) -> float:
    total = 0.0
    for a, b in zip(u, v, strict=True):
        total += a * b
    return total


u = [1.0] * N
v = u
for _ in range(10):
    v = transposed_times(times(u))
    u = transposed_times(times(v))
print(f"{sqrt(dot(u, v) / dot(v, v)):.9f}")
