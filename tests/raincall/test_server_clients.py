"""Real clients: redis-cli, redis-py in RESP2 and RESP3, redis.asyncio.

Each runs the proven examples of RAIN.FALL.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
import redis.asyncio

PING = "return RAIN.CALL('PING')"
SET_AND_GET = "RAIN.CALL('SET','moon','quake'); return RAIN.CALL('GET','moon')"
LIST = "local cmds = RAIN.CALL('COMMAND','LIST'); return {type(cmds), #cmds}"


@pytest.fixture
def cli(need_tool: Callable[[str], str], rain_port: int) -> Callable[..., str]:
    program = need_tool("redis-cli")

    def run(*arguments: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            [program, "-p", str(rain_port), *arguments],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert done.stderr == ""
        return done.stdout

    return run


def test_redis_cli_runs_the_proven_examples(cli: Callable[..., str]) -> None:
    for version in ("-2", "-3"):
        assert cli(version, "RAIN.FALL", PING) == "PONG\n"
        assert cli(version, "RAIN.FALL", SET_AND_GET) == "quake\n"
        kind, count = cli(version, "RAIN.FALL", LIST).split()
        assert kind == "table"
        assert count == cli("COMMAND", "COUNT").strip()


def test_redis_cli_at_large(cli: Callable[..., str]) -> None:
    assert cli("SET", "k", "v") == "OK\n"
    assert cli(stdin='GET k\nHSET h "a b" 1\nHGETALL h\nNOPE\nMULTI\nINCR n\nEXEC\n').splitlines() == [
        *(
            "v",
            "1",
            "a b",
            "1",
            "ERR unknown command 'NOPE', with args beginning with: ",
            "",
            "OK",
            "QUEUED",
            "1",
        ),
    ]
    assert cli("--json", "HGETALL", "h") == '{"a b":"1"}\n'
    assert "redis_version" in cli("INFO", "server")
    assert '"rain.fall"' in cli("--json", "COMMAND", "DOCS", "RAIN.FALL")
    assert cli("--scan", "--pattern", "h*") == "h\n"
    assert cli("-n", "3", "DBSIZE") == "0\n"
    pushed = cli("--pipe", stdin="".join(f"SET p{number} {number}\r\n" for number in range(1000)))
    assert "errors: 0, replies: 1000" in pushed


def test_redis_cli_hints_from_command_docs(cli: Callable[..., str]) -> None:
    """At a terminal redis-cli asks for COMMAND DOCS first; its help of a command comes from there."""
    assert "COMMAND" not in cli(stdin="PING\n")
    help_text = re.sub(r"\x1b\[[0-9;]*m", "", cli(stdin="HELP RAIN.FALL\nHELP @string\n"))
    assert "Run a Lua script in Moonquakes" in help_text
    assert "GET key" in help_text


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
def client(request: pytest.FixtureRequest, rain_port: int) -> Iterator[Any]:
    connection: Any = redis.Redis(port=rain_port, protocol=request.param, decode_responses=True)
    yield connection
    connection.close()


def test_redis_py_runs_the_proven_examples(client: Any) -> None:
    assert client.execute_command("RAIN.FALL", PING) == "PONG"
    assert client.execute_command("RAIN.FALL", SET_AND_GET) == "quake"
    kind, count = client.execute_command("RAIN.FALL", LIST)
    assert kind == "table"
    assert count == client.command_count()
    with pytest.raises(redis.ResponseError, match=r"^RAIN\.FALL: .*oops"):
        client.execute_command("RAIN.FALL", "error('oops')")
    with pytest.raises(redis.ResponseError, match="unsupported Lua return type: function"):
        client.execute_command("RAIN.FALL", "return print")


def test_redis_py_data_types(client: Any) -> None:
    assert client.set("k", "v", ex=100) is True
    assert 0 < client.ttl("k") <= 100
    assert client.get("missing") is None
    assert client.hset("h", mapping={"a": 1, "b": 2}) == 2
    assert client.hgetall("h") == {"a": "1", "b": "2"}
    assert client.rpush("l", *"abc") == 3
    assert client.lrange("l", 0, -1) == ["a", "b", "c"]
    assert client.lpop("l", 2) == ["a", "b"]
    assert client.sadd("s", "x", "y") == 2
    assert set(client.smembers("s")) == {"x", "y"}
    assert client.zadd("z", {"m": 1.5, "n": 2}) == 2
    assert [tuple(pair) for pair in client.zrange("z", 0, -1, withscores=True)] == [("m", 1.5), ("n", 2.0)]
    assert client.zscore("z", "m") == 1.5
    assert client.incrbyfloat("f", 0.25) == 0.25
    entry = client.xadd("x", {"f": "v"})
    assert client.xrange("x") == [(entry, {"f": "v"})]
    assert client.xgroup_create("x", "g", "0") is True
    assert client.xinfo_stream("x")["length"] == 1
    assert client.xinfo_groups("x")[0]["name"] == "g"
    assert client.bitfield("b").set("u8", 0, 255).get("u4", 0).execute() == [0, 15]
    assert client.pfadd("p", "a") == 1
    assert client.geoadd("g", (13.361389, 38.115556, "Palermo")) == 1
    assert client.type("z") == "zset"
    assert list(client.scan_iter("z*")) == ["z"]
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        client.lpush("k", "x")


def test_redis_py_server_commands(client: Any) -> None:
    assert client.ping() is True
    assert client.echo("hi") == "hi"
    assert client.client_setname("tester") is True
    assert client.client_getname() == "tester"
    assert client.client_id() in {int(item["id"]) for item in client.client_list()}
    assert client.info("server")["redis_mode"] == "standalone"
    assert client.info("keyspace") == {}
    assert client.config_get("databases") == {"databases": "16"}
    assert "rain.fall" in client.command_list()
    assert client.command()["get"]["arity"] == 2
    assert client.command_getkeys("MSET", "a", "1", "b", "2") == ["a", "b"]
    assert client.slowlog_get() == []
    assert client.dbsize() == 0
    assert client.object("ENCODING", "missing") is None
    assert client.wait(0, 1) == 0
    assert client.acl_whoami() == "default"
    assert len(client.time()) == 2


def test_redis_py_pipelines_and_transactions(client: Any) -> None:
    with client.pipeline(transaction=False) as pipe:
        for number in range(500):
            pipe.set(f"k{number}", number)
            pipe.get(f"k{number}")
        replies = pipe.execute()
    assert replies[1::2] == [str(number) for number in range(500)]
    with client.pipeline() as pipe:
        pipe.watch("k0")
        value = int(pipe.get("k0"))
        pipe.multi()
        pipe.set("k0", value + 1)
        pipe.execute_command("RAIN.FALL", "return RAIN.CALL('INCR', 'k0')")
        assert pipe.execute() == [True, 2]
        pipe.watch("k0")
        client.set("k0", "changed")
        pipe.multi()
        pipe.get("k0")
        with pytest.raises(redis.WatchError):
            pipe.execute()


def test_redis_py_publish_subscribe(client: Any) -> None:
    with client.pubsub(ignore_subscribe_messages=True) as subscriber:
        subscriber.subscribe("news")
        subscriber.psubscribe("n*")
        assert subscriber.get_message(timeout=5) is None
        assert subscriber.get_message(timeout=5) is None
        assert client.publish("news", "hello") == 2
        first = subscriber.get_message(timeout=5)
        assert (first["type"], first["data"]) == ("message", "hello")
        second = subscriber.get_message(timeout=5)
        assert (second["type"], second["pattern"]) == ("pmessage", "n*")
        subscriber.unsubscribe()
        assert subscriber.get_message(timeout=5) is None
        assert client.publish("news", "again") == 1


def test_redis_py_blocking(client: Any) -> None:
    popped: list[Any] = []
    waiter = threading.Thread(target=lambda: popped.append(client.blpop("queue", timeout=10)))
    waiter.start()
    while client.info("clients")["blocked_clients"] != 1:
        pass
    client.rpush("queue", "job")
    waiter.join(10)
    assert [tuple(item) for item in popped] == [("queue", "job")]
    assert client.blpop("queue", timeout=0.01) is None


@pytest.mark.parametrize("protocol", [2, 3])
async def test_redis_asyncio(rain_port: int, protocol: int) -> None:
    client: Any = redis.asyncio.Redis(port=rain_port, protocol=protocol, decode_responses=True)
    try:
        assert await client.execute_command("RAIN.FALL", PING) == "PONG"
        assert await client.execute_command("RAIN.FALL", SET_AND_GET) == "quake"
        kind, count = await client.execute_command("RAIN.FALL", LIST)
        assert (kind, count) == ("table", await client.command_count())
        waiting = asyncio.create_task(client.blpop("queue", timeout=10))
        while (await client.info("clients"))["blocked_clients"] != 1:
            await asyncio.sleep(0)
        numbers = await asyncio.gather(*(client.incr("n") for _ in range(50)))
        assert sorted(numbers) == list(range(1, 51))
        await client.rpush("queue", "job")
        assert tuple(await waiting) == ("queue", "job")
        async with client.pubsub(ignore_subscribe_messages=True) as subscriber:
            await subscriber.subscribe("news")
            await subscriber.get_message(timeout=5)
            await client.publish("news", "hello")
            assert (await subscriber.get_message(timeout=5))["data"] == "hello"
    finally:
        await client.aclose()


def test_both_protocols_at_once(rain_port: int) -> None:
    """Connections of both versions share one server and one script."""
    script = "return {1.5, true, false, 'x'}"
    old: Any = redis.Redis(port=rain_port, protocol=2)
    new: Any = redis.Redis(port=rain_port, protocol=3)
    try:
        for _ in range(3):
            assert old.execute_command("RAIN.FALL", script) == [b"1.5", 1, 0, b"x"]
            assert new.execute_command("RAIN.FALL", script) == [1.5, True, False, b"x"]
    finally:
        old.close()
        new.close()


def test_a_script_of_five_megabytes_is_answered(rain_port: int) -> None:
    client: Any = redis.Redis(port=rain_port)
    other: Any = redis.Redis(port=rain_port)
    try:
        with pytest.raises(redis.ResponseError, match=r"RAIN\.FALL"):
            client.execute_command("RAIN.FALL", b"x = 1 " * 900_000)
        assert client.execute_command("RAIN.FALL", "return 1") == 1
        assert other.ping() is True
    finally:
        client.close()
        other.close()
