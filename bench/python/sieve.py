"""Primes: a sieve of flags, a sieve of odd numbers, factorisation: ``sieve.lua`` in Python."""

import math
import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 1100000


def count_primes(limit: int) -> int:
    composite = [False] * (limit + 1)
    count = 0
    for i in range(2, limit + 1):
        if not composite[i]:
            count += 1
            for j in range(i * i, limit + 1, i):
                composite[j] = True
    return count


def odd_primes(limit: int) -> list[int]:
    flags = [False] * (limit + 1)
    primes = [2]
    for i in range(3, limit + 1, 2):
        if not flags[i]:
            primes.append(i)
            for j in range(i * i, limit + 1, 2 * i):
                flags[j] = True
    return primes


def smallest_factors(limit: int) -> list[int]:
    factor = list(range(limit + 1))
    for i in range(2, math.isqrt(limit) + 1):
        if factor[i] == i:
            for j in range(i * i, limit + 1, i):
                if factor[j] == j:
                    factor[j] = i
    return factor


def digest_of_factors(limit: int) -> int:
    factor = smallest_factors(limit)
    digest = 0
    for i in range(2, limit + 1):
        n = i
        parts = 0
        while n > 1:
            n //= factor[n]
            parts += 1
        digest = (digest + parts * i) % 1000003
    return digest


print("flags", count_primes(N), sep="\t")
primes = odd_primes(N)
print("odd", len(primes), primes[-1], primes[len(primes) // 2 - 1], sep="\t")
print("factors", digest_of_factors(N // 2), sep="\t")
