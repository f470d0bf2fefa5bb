"""Edit distances between words: ``levenshtein.lua`` in Python."""

import math
import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 140


def distance(a: str, b: str) -> int:
    previous = list(range(len(b) + 1))
    for i, c in enumerate(a, 1):
        current = [i]
        for j, d in enumerate(b):
            best = previous[j] + (c != d)
            if previous[j + 1] + 1 < best:
                best = previous[j + 1] + 1
            if current[j] + 1 < best:
                best = current[j] + 1
            current.append(best)
        previous = current
    return previous[-1]


def distance_by_table(a: str, b: str) -> int:
    table = [[i] + [0] * len(b) for i in range(len(a) + 1)]
    table[0] = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            )
    return table[-1][-1]


def make_words() -> list[str]:
    syllables = ["mo", "on", "qua", "ke", "ra", "in", "fa", "ll", "ter", "sta", "lu", "na"]
    words, seed = [], 17
    for i in range(1, N + 1):
        parts = []
        for _ in range(3 + i % 3):
            seed = (seed * 3877 + 29573) % 139968
            parts.append(syllables[seed % len(syllables)])
        words.append("".join(parts))
    return words


def main() -> None:
    words = make_words()
    total = digest = 0
    for i, word in enumerate(words):
        nearest, least = "", math.inf
        for j, other in enumerate(words):
            if i != j:
                d = distance(word, other)
                total += d
                if d < least:
                    nearest, least = other, d
        digest = (digest * 31 + int(least) * len(nearest)) % 1000003
    print(total, digest, sep="\t")
    print(sum(distance_by_table(words[i - 1] * 3, words[i] * 2) for i in range(1, N)))


main()
