"""The Mandelbrot set in characters: ``mandelbrot.lua`` in Python."""

import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 370
LIMIT = 100


def iterations(cx: float, cy: float) -> int:
    x = y = 0.0
    for i in range(1, LIMIT + 1):
        xx, yy = x * x, y * y
        if xx + yy > 4.0:
            return i
        x, y = xx - yy + cx, 2 * x * y + cy
    return 0


def shade(count: int) -> str:
    if count == 0:
        return "@"
    return " " if count < 4 else "." if count < 7 else ":" if count < 12 else "+" if count < 30 else "#"


def main() -> None:
    shades = [shade(count) for count in range(LIMIT + 1)]
    digest = inside = 0
    for row in range(N):
        line = []
        for column in range(N * 2):
            count = iterations(column / N * 1.5 - 2.2, row / N * 2.4 - 1.2)
            if count == 0:
                inside += 1
            digest = (digest * 31 + count) % 1000003
            line.append(shades[count])
        if row % 10 == 0:
            print("".join(line).rstrip())
    print(inside, digest, sep="\t")


main()
