"""All ways to place n queens: ``queens.lua`` in Python."""

import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 12


class Board:
    def __init__(self, n: int) -> None:
        self.n = n
        self.queens = [0] * (n + 1)
        self.columns = [False] * (n + 1)
        self.rising = [False] * (2 * n + 1)
        self.falling = [False] * (2 * n + 1)
        self.solutions = self.checksum = 0

    def place(self, row: int) -> None:
        n, columns, rising, falling = self.n, self.columns, self.rising, self.falling
        if row > n:
            self.solutions += 1
            for i in range(1, n + 1):
                self.checksum = (self.checksum * 3 + self.queens[i] * i) % 1000003
            return
        for column in range(1, n + 1):
            up, down = row + column, row - column + n
            if not (columns[column] or rising[up] or falling[down]):
                self.queens[row] = column
                columns[column] = rising[up] = falling[down] = True
                self.place(row + 1)
                columns[column] = rising[up] = falling[down] = False


def count_by_bits(everything: int, columns: int, left: int, right: int) -> int:
    if columns == everything:
        return 1
    count = 0
    free = everything & ~(columns | left | right)
    while free:
        bit = free & -free
        free ^= bit
        count += count_by_bits(everything, columns | bit, (left | bit) << 1, (right | bit) >> 1)
    return count


for n in range(4, N + 1):
    board = Board(n)
    board.place(1)
    print(n, board.solutions, board.checksum, count_by_bits((1 << n) - 1, 0, 0, 0), sep="\t")
