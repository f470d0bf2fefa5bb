"""Node's two Redis clients, node-redis and ioredis, run the proven examples."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CACHE = Path(__file__).parents[2] / ".cache" / "node-clients"
PACKAGES = {"redis": "5", "ioredis": "5"}

SCRIPT = """
const port = Number(process.env.RAIN_PORT);
const fall = {
  ping: "return RAIN.CALL('PING')",
  moon: "RAIN.CALL('SET','moon','quake'); return RAIN.CALL('GET','moon')",
  list: "local cmds = RAIN.CALL('COMMAND','LIST'); return {type(cmds), #cmds}",
  fails: "error('oops')",
};
const seen = {};

async function examples(name, send, client) {
  const of = (seen[name] = {});
  of.ping = await send(['RAIN.FALL', fall.ping]);
  of.moon = await send(['RAIN.FALL', fall.moon]);
  of.list = await send(['RAIN.FALL', fall.list]);
  of.fails = await send(['RAIN.FALL', fall.fails]).catch((error) => String(error.message));
  await client.set('key', 'value');
  of.key = await client.get('key');
  of.missing = await client.get('missing');
}

async function main() {
  const { createClient } = require('redis');
  for (const RESP of [2, 3]) {
    const client = createClient({ socket: { port, host: '127.0.0.1' }, RESP });
    await client.connect();
    const name = 'node-redis RESP' + RESP;
    await examples(name, (words) => client.sendCommand(words), client);
    await client.hSet('hash', { a: '1' });
    seen[name].hash = { ...(await client.hGetAll('hash')) };
    seen[name].multi = await client.multi().incr('n').del('n').exec();
    await client.close();
  }
  const Redis = require('ioredis');
  const client = new Redis(port, '127.0.0.1');
  await examples('ioredis', ([name, ...words]) => client.call(name, ...words), client);
  await client.hset('hash', { a: '1' });
  seen.ioredis.hash = await client.hgetall('hash');
  seen.ioredis.multi = (await client.multi().incr('n').del('n').exec()).map(([, reply]) => reply);
  await client.quit();
  console.log(JSON.stringify(seen));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
"""


def install(npm: str) -> None:
    """Install the packages once; where the registry cannot be reached that is a skip, but in CI a failure."""
    if all((CACHE / "node_modules" / name / "package.json").exists() for name in PACKAGES):
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "package.json").write_text("{}")
    wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *wanted],
        cwd=CACHE,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        reason = f"npm could not install {' '.join(wanted)}: {done.stderr.strip().splitlines()[-1:]}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.mark.node
def test_node_clients(need_tool: Callable[[str], str], rain_port: int) -> None:
    node = need_tool("node")
    install(need_tool("npm"))
    done = subprocess.run(
        [node, "-e", SCRIPT],
        cwd=CACHE,
        env={**os.environ, "RAIN_PORT": str(rain_port)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert set(seen) == {"node-redis RESP2", "node-redis RESP3", "ioredis"}
    for name, replies in seen.items():
        kind, count = replies.pop("list")
        assert (kind, count > 200) == ("table", True), name
        assert "RAIN.FALL: " in replies["fails"], name
        assert "oops" in replies.pop("fails"), name
        assert replies == {
            "ping": "PONG",
            "moon": "quake",
            "key": "value",
            "missing": None,
            "hash": {"a": "1"},
            "multi": [1, 1],
        }, name
