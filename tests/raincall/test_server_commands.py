"""The server's own commands: PING to COMMAND DOCS, with Redis' texts."""

from __future__ import annotations

import re

import pytest

from raincall.commands import COMMANDS, find, keys_of
from raincall.reply import NIL, OK, Reply, array, bulk, bulks, error, integer, map_of, status
from raincall.server import Server
from raincall.server.testing import Wire, running


def text_of(reply: Reply) -> str:
    assert reply.kind in ("bulk", "verbatim", "status", "error"), reply
    value: bytes = reply.value
    return value.decode()


def as_dict(reply: Reply) -> dict[str, Reply]:
    if reply.kind == "array":
        return {text_of(key): value for key, value in zip(reply.value[::2], reply.value[1::2], strict=True)}
    assert reply.kind == "map"
    return {text_of(key): value for key, value in reply.value}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["NOPE"], "ERR unknown command 'NOPE', with args beginning with: "),
        (["nope", "a", "b"], "ERR unknown command 'nope', with args beginning with: 'a' 'b' "),
        (["nope", "x" * 200, "b"], f"ERR unknown command 'nope', with args beginning with: '{'x' * 128}' "),
        (["y" * 200], f"ERR unknown command '{'y' * 128}', with args beginning with: "),
        (["a\r\nb"], "ERR unknown command 'a  b', with args beginning with: "),
        (["GET"], "ERR wrong number of arguments for 'get' command"),
        (["get", "a", "b"], "ERR wrong number of arguments for 'get' command"),
        (["MSET", "a"], "ERR wrong number of arguments for 'mset' command"),
        (["MSET", "a", "b", "c"], "ERR wrong number of arguments for 'mset' command"),
        (["PING", "a", "b"], "ERR wrong number of arguments for 'ping' command"),
        (["CONFIG"], "ERR wrong number of arguments for 'config' command"),
        (["CONFIG", "GET"], "ERR wrong number of arguments for 'config|get' command"),
        (["CONFIG", "nope"], "ERR unknown subcommand 'nope'. Try CONFIG HELP."),
        (["XGROUP", "CREATE", "a"], "ERR wrong number of arguments for 'xgroup|create' command"),
        (["SELECT", "16"], "ERR DB index is out of range"),
        (["SELECT", "x"], "ERR value is not an integer or out of range"),
        (["HELLO", "4"], "NOPROTO unsupported protocol version"),
        (["HELLO", "x"], "ERR Protocol version is not an integer or out of range"),
        (["HELLO", "3", "FOO"], "ERR Syntax error in HELLO option 'FOO'"),
        (
            ["HELLO", "3", "AUTH", "nobody", "x"],
            "WRONGPASS invalid username-password pair or user is disabled.",
        ),
        (
            ["AUTH", "x"],
            "ERR AUTH <password> called without any password configured for the default user."
            " Are you sure your configuration is correct?",
        ),
        (
            ["CLIENT", "SETNAME", "a b"],
            "ERR Client names cannot contain spaces, newlines or special characters.",
        ),
        (["MONITOR"], "ERR 'monitor' is not supported by this server"),
        (["DEBUG", "SLEEP", "1"], "ERR 'debug' is not supported by this server"),
        (["SHUTDOWN"], "ERR 'shutdown' is not supported by this server"),
        (["CLUSTER", "INFO"], "ERR This instance has cluster support disabled"),
        (
            ["CONFIG", "SET", "port", "1"],
            "ERR CONFIG SET failed (possibly related to argument 'port') - can't set immutable config",
        ),
        (["CONFIG", "SET", "nope", "1"], "ERR Unknown option or number of arguments for CONFIG SET - 'nope'"),
        (["RAIN.FALL"], "ERR wrong number of arguments for 'rain.fall' command"),
        (["RAIN.FALL", "return 1"], "ERR RAIN.FALL: this server has no script engine"),
    ],
)
def test_error_texts(wire: Wire, words: list[str], message: str) -> None:
    reply = wire.call(*words)
    assert reply.kind == "error"
    assert text_of(reply) == message


SCRIPTING = [
    ["EVAL", "return python.eval('1')", "0"],
    ["EVALSHA", "abc", "0"],
    ["EVAL_RO", "return 1", "0"],
    ["EVALSHA_RO", "abc", "0"],
    ["SCRIPT", "LOAD", "return 1"],
    ["SCRIPT", "EXISTS", "abc"],
    ["SCRIPT", "FLUSH"],
    ["FUNCTION", "LOAD", "#!lua name=x\n"],
    ["FUNCTION", "LIST"],
    ["FCALL", "f", "0"],
    ["FCALL_RO", "f", "0"],
]


@pytest.mark.parametrize("words", SCRIPTING, ids=lambda words: "-".join(words[:2]))
def test_foreign_scripting_is_refused_everywhere(wire: Wire, words: list[str]) -> None:
    """fakeredis would run these through lupa, where a script reaches Python itself."""
    name = words[0].lower() + (f"|{words[1].lower()}" if words[0] in ("SCRIPT", "FUNCTION") else "")
    refusal = error(f"ERR '{name}' is not supported by this server")
    assert wire.call(*words) == refusal
    wire.call("MULTI")
    assert wire.call(*words) == refusal
    assert wire.call("EXEC") == error("EXECABORT Transaction discarded because of previous errors.")
    listed = wire.call("COMMAND", "INFO", words[0])
    assert words[0] in ("SCRIPT", "FUNCTION") or listed == array((NIL,))


def test_scripting_of_the_store_is_out_of_reach(shared_server: Server) -> None:
    client = shared_server.dispatcher.store.client()
    for name in ("eval", "evalsha", "fcall", "fcall_ro"):
        assert getattr(client, name) is None
    assert not [name for name in shared_server.dispatcher.entries if name.startswith(("eval", "fcall"))]


def test_hello_switches_the_protocol(wire: Wire) -> None:
    resp2 = as_dict(wire.call("HELLO"))
    assert resp2["proto"] == integer(2)
    assert wire.received.startswith(b"*14\r\n")
    resp3 = as_dict(wire.call("HELLO", "3", "AUTH", "default", "whatever", "SETNAME", "me"))
    assert b"%7\r\n" in wire.received
    assert resp3["proto"] == integer(3)
    assert resp3["mode"] == bulk("standalone")
    assert resp3["role"] == bulk("master")
    assert wire.call("CLIENT", "GETNAME") == bulk("me")
    assert wire.raw_call("GET", "missing") == b"_\r\n"
    assert wire.call("RESET") == status("RESET")
    assert wire.raw_call("GET", "missing") == b"$-1\r\n"
    assert wire.call("CLIENT", "GETNAME") == NIL


def test_a_failed_hello_changes_nothing(wire: Wire) -> None:
    wire.call("HELLO", "3", "SETNAME", "me", "FOO")
    assert wire.raw_call("GET", "missing") == b"$-1\r\n"
    assert wire.call("CLIENT", "GETNAME") == NIL


def test_databases_are_apart(wire: Wire) -> None:
    wire.call("SET", "k", "0")
    assert wire.call("SELECT", "7") == OK
    assert wire.call("GET", "k") == NIL
    wire.call("SET", "k", "7")
    assert b"db7:keys=1" in wire.call("INFO", "keyspace").value
    assert wire.call("SWAPDB", "0", "7") == OK
    assert wire.call("GET", "k") == bulk("0")
    wire.call("SELECT", "0")
    assert wire.call("GET", "k") == bulk("7")


def test_quit_answers_and_closes(wire: Wire) -> None:
    # In one piece: what arrives after the end would have the connection reset.
    wire.socket.sendall(b"PING\r\nQUIT\r\nPING\r\n")
    assert wire.read_to_end() == b"+PONG\r\n+OK\r\n"


def test_client_list_names_each_connection(port: int, wire: Wire) -> None:
    wire.call("CLIENT", "SETNAME", "first")
    wire.call("CLIENT", "SETINFO", "LIB-NAME", "tester")
    with Wire(port) as other:
        other.call("HELLO", "3")
        other.call("SELECT", "3")
        other.call("SUBSCRIBE", "channel")
        listed = text_of(wire.call("CLIENT", "LIST"))
        number = wire.call("CLIENT", "ID").value
        mine = re.search(rf"^id={number} .*$", listed, re.MULTILINE)
        assert mine is not None
        assert "name=first" in mine[0]
        assert "lib-name=tester" in mine[0]
        assert "cmd=client|list" in mine[0]
        assert re.search(r" flags=P db=3 sub=1 .* resp=3 ", listed)
        assert text_of(wire.call("CLIENT", "INFO")).startswith(f"id={number} ")
        assert text_of(wire.call("CLIENT", "LIST", "ID", str(number))).count("\n") == 1
        assert "db=3" in text_of(wire.call("CLIENT", "LIST", "TYPE", "pubsub"))


def test_client_kill(port: int, wire: Wire) -> None:
    with Wire(port) as victim:
        number = victim.call("CLIENT", "ID").value
        assert wire.call("CLIENT", "KILL", "ID", str(number)) == integer(1)
        assert victim.read_to_end() == b""
    assert wire.call("CLIENT", "KILL", "ID", str(number)) == integer(0)
    own = wire.call("CLIENT", "ID").value
    wire.send("CLIENT", "KILL", "ID", str(own), "SKIPME", "no")
    assert wire.read_to_end() == b":1\r\n"


def test_client_reply(wire: Wire) -> None:
    wire.send("CLIENT", "REPLY", "SKIP")
    wire.send("SET", "a", "1")
    wire.send("GET", "a")
    assert wire.read() == bulk("1")
    wire.send("CLIENT", "REPLY", "OFF")
    wire.send("SET", "a", "2")
    wire.send("NOPE")
    wire.send("CLIENT", "REPLY", "ON")
    assert wire.read() == OK
    assert wire.call("GET", "a") == bulk("2")


def test_object(wire: Wire) -> None:
    for words, encoding in [
        (["SET", "k", "12"], "int"),
        (["SET", "k", "a"], "embstr"),
        (["SET", "k", "a" * 45], "raw"),
        (["SADD", "s", "1"], "intset"),
        (["SADD", "s", "a"], "listpack"),
        (["SADD", "s", "b" * 65], "hashtable"),
        (["HSET", "h", "a", "1"], "listpack"),
        (["HSET", "h", "a", "b" * 65], "hashtable"),
        (["ZADD", "z", "1", "a"], "listpack"),
        (["ZADD", "z", "1", "b" * 65], "skiplist"),
        (["RPUSH", "l", "a"], "listpack"),
        (["RPUSH", "l", "a" * 9000], "quicklist"),
        (["XADD", "x", "1-1", "a", "1"], "stream"),
    ]:
        wire.call(*words)
        assert wire.call("OBJECT", "ENCODING", words[1]) == bulk(encoding), words
    assert wire.call("OBJECT", "REFCOUNT", "k") == integer(1)
    assert wire.call("OBJECT", "IDLETIME", "k") == integer(0)
    assert wire.call("OBJECT", "FREQ", "k").kind == "error"
    assert wire.call("OBJECT", "ENCODING", "missing") == NIL
    assert wire.call("TOUCH", "k", "s", "missing") == integer(2)


def test_info_and_config(port: int, wire: Wire) -> None:
    info = text_of(wire.call("INFO"))
    sections = re.findall(r"^# (\w+)\r$", info, re.MULTILINE)
    assert sections[:3] == ["Server", "Clients", "Memory"]
    assert f"tcp_port:{port}\r\n" in info
    assert re.search(r"^redis_version:\d+\.\d+\.\d+\r$", info, re.MULTILINE)
    assert text_of(wire.call("INFO", "server", "clients")).count("# ") == 2
    assert wire.call("INFO", "nope") == bulk("")
    assert as_dict(wire.call("CONFIG", "GET", "port", "data*")) == {
        "port": bulk(str(port)),
        "databases": bulk("16"),
    }
    assert wire.call("CONFIG", "GET", "nope") == array(())
    assert wire.call("CONFIG", "SET", "databases", "16") == OK
    before = int(re.findall(r"total_commands_processed:(\d+)", text_of(wire.call("INFO", "stats")))[0])
    assert before > 1
    assert wire.call("CONFIG", "RESETSTAT") == OK
    after = int(re.findall(r"total_commands_processed:(\d+)", text_of(wire.call("INFO", "stats")))[0])
    assert after < before


def test_command_lists(wire: Wire, shared_server: Server) -> None:
    names = {text_of(item) for item in wire.call("COMMAND", "LIST").value}
    assert {"get", "config", "rain.fall", "xinfo", "ts.add", "hgetex"} <= names
    assert not names & {"eval", "fcall", "debug", "monitor", "shutdown", "client|id"}
    assert wire.call("COMMAND", "COUNT") == integer(len(names))
    assert len(wire.call("COMMAND").value) == len(names)
    assert {text_of(item.value[0]) for item in wire.call("COMMAND").value} == names
    filtered = wire.call("COMMAND", "LIST", "FILTERBY", "PATTERN", "XR*")
    assert {text_of(item) for item in filtered.value} == {"xrange", "xread", "xreadgroup", "xrevrange"}
    filtered = wire.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "scripting")
    assert "rain.fall" in {text_of(item) for item in filtered.value}
    assert wire.call("COMMAND", "LIST", "FILTERBY", "MODULE", "x") == array(())
    for name in names:
        command = COMMANDS[name]
        runs = {name, *command.subcommands} & shared_server.dispatcher.entries.keys()
        assert runs, f"{name} is listed and does not run"


def test_rain_fall_as_rain_md_declares_it(wire: Wire) -> None:
    wire.call("HELLO", "3")
    (info,) = wire.call("COMMAND", "INFO", "rain.fall").value
    name, arity, flags, first, last, step, categories, *_ = info.value
    assert (name, arity) == (bulk("rain.fall"), integer(-2))
    assert {text_of(flag) for flag in flags.value} == {
        *("noscript", "skip_monitor", "may_replicate", "no_mandatory_keys", "stale"),
    }
    assert (first, last, step) == (integer(0), integer(0), integer(0))
    assert status("@scripting") in categories.value
    docs = as_dict(as_dict(wire.call("COMMAND", "DOCS", "RAIN.FALL"))["rain.fall"])
    assert docs["group"] == bulk("scripting")
    assert len(docs["arguments"].value) == 2


def test_command_docs(wire: Wire) -> None:
    everything = as_dict(wire.call("COMMAND", "DOCS"))
    assert len(everything) == wire.call("COMMAND", "COUNT").value
    for name, entry in everything.items():
        docs = as_dict(entry)
        assert text_of(docs["summary"]), name
        assert re.fullmatch(r"\d+\.\d+\.\d+", text_of(docs["since"])), name
    inner = as_dict(as_dict(everything["config"])["subcommands"])
    assert "config|get" in inner
    assert wire.call("COMMAND", "DOCS", "nope") == array(())


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("GET a", ["a"]),
        ("MSET a 1 b 2", ["a", "b"]),
        ("DEL a b c", ["a", "b", "c"]),
        ("XREAD COUNT 1 STREAMS s t 0 0", ["s", "t"]),
        ("XREADGROUP GROUP g c BLOCK 0 STREAMS s t > >", ["s", "t"]),
        ("ZUNIONSTORE d 2 a b WEIGHTS 1 2", ["d", "a", "b"]),
        ("BLPOP a b 0", ["a", "b"]),
        ("BLMPOP 0 2 a b LEFT", ["a", "b"]),
        ("BITOP AND d a b", ["d", "a", "b"]),
        ("XGROUP CREATE s g 0", ["s"]),
        ("TS.ADD series 1 2", ["series"]),
        ("BLMOVEM a b LEFT RIGHT 0", ["a", "b"]),
        ("ZUNION x a b", []),
        ("PING", []),
    ],
)
def test_keys_of_commands(words: str, keys: list[str]) -> None:
    argv = [word.encode() for word in words.split()]
    command = find(argv)
    assert command is not None
    assert keys_of(command, argv) == [key.encode() for key in keys]


def test_command_getkeys(wire: Wire) -> None:
    assert wire.call("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2") == bulks(("a", "b"))
    assert wire.call("COMMAND", "GETKEYS", "NOPE", "a") == error("ERR Invalid command specified")
    assert wire.call("COMMAND", "GETKEYS", "PING", "a") == error("ERR The command has no key arguments")
    assert wire.call("COMMAND", "GETKEYS", "GET", "a", "b") == error(
        "ERR Invalid number of arguments specified for command"
    )


def test_help_of_every_container(wire: Wire) -> None:
    for name in ("acl", "client", "command", "config", "object", "pubsub", "slowlog", "xgroup", "xinfo"):
        lines = wire.call(name, "HELP").value
        assert text_of(lines[0]).startswith(f"{name.upper()} <subcommand>")
        assert status("HELP") in lines


def test_acl_of_the_one_user(wire: Wire) -> None:
    assert wire.call("ACL", "WHOAMI") == bulk("default")
    assert wire.call("ACL", "LIST") == bulks(("user default on nopass ~* &* +@all",))
    assert wire.call("ACL", "GETUSER", "nobody") == NIL
    assert as_dict(wire.call("ACL", "GETUSER", "default"))["commands"] == bulk("+@all")
    assert bulk("scripting") in wire.call("ACL", "CAT").value
    assert bulk("rain.fall") in wire.call("ACL", "CAT", "scripting").value
    assert len(wire.call("ACL", "GENPASS").value) == 64
    assert len(wire.call("ACL", "GENPASS", "5").value) == 2
    assert text_of(wire.call("ACL", "SETUSER", "x")) == "ERR 'acl|setuser' is not supported by this server"


def test_every_command_of_the_table_answers(port: int) -> None:
    """Whatever is asked with plausible words gets an answer and leaves the connection in use."""
    skipped = {"quit", "subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"}
    every = [inner for item in COMMANDS.values() for inner in (item.subcommands.values() or (item,))]
    with Wire(port) as wire:
        for protocol, kept in (("2", True), ("3", True), ("3", False)):
            for command in every:
                if command.name in skipped or command.name in ("client|reply", "multi"):
                    continue
                for filler in ("1", "x"):
                    if not kept:
                        wire.call("FLUSHALL")
                    words = [
                        *command.name.split("|"),
                        *[filler] * (abs(command.arity) - command.name.count("|") - 1),
                    ]
                    wire.call("HELLO", protocol)
                    wire.call("SELECT", "0")
                    if "blocking" in command.flags or command.name == "ts.read":
                        words[-1] = words[1] = "0.01" if filler == "1" else filler
                    reply = wire.call(*words)
                    assert not (reply.kind == "error" and b"internal error" in reply.value), (words, reply)


def test_an_error_inside_the_store_is_an_answer() -> None:
    with running() as server, Wire(server.address[1]) as wire:
        entry = server.dispatcher.entries["get"]

        def broken(*_: object) -> Reply:
            raise ZeroDivisionError("oh\nno")

        entry.run = broken
        assert wire.call("GET", "k") == error("ERR internal error in 'get': ZeroDivisionError: oh no")
        assert wire.call("PING") == status("PONG")


def test_resp3_shapes(wire: Wire) -> None:
    wire.call("HELLO", "3")
    wire.call("SADD", "s", "a")
    wire.call("HSET", "h", "f", "v")
    wire.call("ZADD", "z", "1.5", "m")
    assert wire.call("SMEMBERS", "s") == Reply("set", [bulk("a")])
    assert wire.call("HGETALL", "h") == map_of(((bulk("f"), bulk("v")),))
    assert wire.call("ZSCORE", "z", "m") == Reply("double", 1.5)
    assert wire.call("ZRANGE", "z", "0", "-1", "WITHSCORES") == array(
        (array((bulk("m"), Reply("double", 1.5))),)
    )
    assert wire.call("INFO", "server").kind == "verbatim"
    assert wire.call("CONFIG", "GET", "port").kind == "map"
