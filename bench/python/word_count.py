"""Words of a text counted, letters, bigrams and an index of lines: ``word_count.lua`` in Python."""

import re
import sys
from collections import Counter

N = int(sys.argv[1]) if len(sys.argv) > 1 else 12000

STEM_TEXT = """moon tide wave stone river light shadow forest winter engine signal table string number
function yellow silent broken distant hollow gentle rapid"""
STEMS = STEM_TEXT.split()
ENDINGS = ["", "s", "ed", "ing", "ly", "er"]


class Random:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def below(self, limit: int) -> int:
        self.seed = (self.seed * 3877 + 29573) % 139968
        return self.seed // 64 % limit


def make_lines() -> list[str]:
    random = Random(99)
    lines = []
    for i in range(1, N + 1):
        words = [STEMS[random.below(len(STEMS))] + ENDINGS[random.below(len(ENDINGS))] for _ in range(8)]
        words[0] = words[0].capitalize()
        lines.append(" ".join(words) + ("!" if i % 3 == 0 else "."))
    return lines


def main() -> None:
    lines = make_lines()
    text = "\n".join(lines)
    counts = Counter(re.findall("[a-z]+", text.lower()))
    words = sorted(counts, key=lambda word: (-counts[word], word))
    print(len(text), counts.total(), len(words), sep="\t")
    for word in words[:8]:
        print(word, counts[word], sep="\t")

    letters = Counter(text)
    print(letters["e"], letters["\n"], letters[" "], letters["!"], sep="\t")

    bigrams = Counter(text[i : i + 2] for i in range(len(text) - 1))
    which = min(bigrams, key=lambda bigram: (-bigrams[bigram], bigram))
    print(len(bigrams), bigrams[which], which, sep="\t")

    index: dict[str, list[int]] = {}
    for number, line in enumerate(lines, 1):
        for word in re.findall("[A-Za-z0-9]+", line):
            entry = index.setdefault(word, [])
            if not entry or entry[-1] != number:
                entry.append(number)
    digest = 0
    for word in words:
        if found := index.get(word):
            digest = (digest * 31 + len(found) + found[-1]) % 1000003
    print(digest)


main()
