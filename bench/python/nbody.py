"""Bodies that attract each other: ``nbody.lua`` in Python."""

import sys
from math import sqrt

N = int(sys.argv[1]) if len(sys.argv) > 1 else 72000


class Body:
    __slots__ = ("mass", "vx", "vy", "vz", "x", "y", "z")

    def __init__(self, i: int) -> None:
        self.x, self.y, self.z = i * 1.5, i * i * 0.25, 1 / i
        self.vx, self.vy, self.vz = 0.0, 0.01 * i, 0.0
        self.mass = 1 / (i + 1)


bodies = [Body(i) for i in range(1, 6)]
pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1 :]]


def advance(dt: float) -> None:
    for a, b in pairs:
        dx = a.x - b.x
        dy = a.y - b.y
        dz = a.z - b.z
        squared = dx * dx + dy * dy + dz * dz
        force = dt / (squared * sqrt(squared))
        a.vx -= dx * b.mass * force
        a.vy -= dy * b.mass * force
        a.vz -= dz * b.mass * force
        b.vx += dx * a.mass * force
        b.vy += dy * a.mass * force
        b.vz += dz * a.mass * force
    for body in bodies:
        body.x += dt * body.vx
        body.y += dt * body.vy
        body.z += dt * body.vz


def energy() -> float:
    total = 0.0
    for i, body in enumerate(bodies):
        total += body.mass * (body.vx**2 + body.vy**2 + body.vz**2) / 2
        for other in bodies[i + 1 :]:
            dx, dy, dz = body.x - other.x, body.y - other.y, body.z - other.z
            total -= body.mass * other.mass / sqrt(dx * dx + dy * dy + dz * dz)
    return total


print(f"before {energy():.9f}")
for _ in range(N):
    advance(0.001)
print(f"after {energy():.9f} {bodies[0].x:.9f} {bodies[4].vy:.9f}")
