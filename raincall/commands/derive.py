"""Where does ``table.json`` come from?

From facts: what a real ``redis-server`` answers to COMMAND and COMMAND DOCS, fakeredis' own list for commands
newer than that server, and what is said of those and of Raincall's own commands below.  Run, with
redis-server on PATH, ``python -m raincall.commands.derive`` after an update of either; the tests only read
the table.
"""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import fakeredis

from raincall.store import store_commands

TABLE: Final = Path(__file__).with_name("table.json")

#: Commands no other source describes: arity, flags, keys, categories, since, group, summary.
OWN: Final[dict[str, dict[str, Any]]] = {
    "rain.fall": {
        "arity": -2,
        "flags": ["noscript", "stale", "skip_monitor", "may_replicate", "no_mandatory_keys"],
        "categories": ["@slow", "@scripting"],
        "summary": "Run a Lua script in Moonquakes",
        "since": "0.1.0",
        "group": "scripting",
        "complexity": "Depends on the script that is executed.",
        "arguments": [
            {"name": "source", "type": "string"},
            {"name": "arg", "type": "string", "flags": ["optional", "multiple"]},
        ],
    },
}

#: Commands newer than the reference server: since, group, summary.
NEWER: Final[dict[str, tuple[str, str, str]]] = {
    "client|no-touch": ("7.2.0", "connection", "Say whether this client's commands count as use of a key"),
    "client|setinfo": ("7.2.0", "connection", "Note name or version of the client library"),
    "delex": ("8.4.0", "string", "Delete a string key if its value or digest matches"),
    "digest": ("8.4.0", "string", "Return the digest of a string value"),
    "increx": ("8.8.0", "string", "Increment a number within bounds and set its expiry"),
    "msetex": ("8.4.0", "string", "Set several string keys with one shared expiry"),
    "hexpire": ("7.4.0", "hash", "Let fields of a hash expire after seconds"),
    "hexpireat": ("7.4.0", "hash", "Let fields of a hash expire at a Unix time in seconds"),
    "hexpiretime": ("7.4.0", "hash", "Return when fields of a hash expire, as Unix time in seconds"),
    "hgetdel": ("8.0.0", "hash", "Return fields of a hash and delete them"),
    "hgetex": ("8.0.0", "hash", "Return fields of a hash and set their expiry"),
    "hpersist": ("7.4.0", "hash", "Take the expiry off fields of a hash"),
    "hpexpire": ("7.4.0", "hash", "Let fields of a hash expire after milliseconds"),
    "hpexpireat": ("7.4.0", "hash", "Let fields of a hash expire at a Unix time in milliseconds"),
    "hpexpiretime": ("7.4.0", "hash", "Return when fields of a hash expire, as Unix time in milliseconds"),
    "hpttl": ("7.4.0", "hash", "Return how many milliseconds fields of a hash have left"),
    "hsetex": ("8.0.0", "hash", "Set fields of a hash and their expiry"),
    "httl": ("7.4.0", "hash", "Return how many seconds fields of a hash have left"),
    "himport|discard": ("8.8.0", "hash", "Forget a prepared set of field names"),
    "himport|discardall": ("8.8.0", "hash", "Forget all prepared sets of field names"),
    "himport|prepare": ("8.8.0", "hash", "Prepare a set of field names for this connection"),
    "himport|set": ("8.8.0", "hash", "Set a hash from values for prepared field names"),
    "lmovem": ("8.8.0", "list", "Move several elements from one list to another"),
    "blmovem": ("8.8.0", "list", "Move several elements from one list to another, or wait for them"),
    "sdiffcard": ("8.8.0", "set", "Count the members of the difference of sets"),
    "sunioncard": ("8.8.0", "set", "Count the members of the union of sets"),
    "xackdel": ("8.2.0", "stream", "Acknowledge entries of a stream and delete them"),
    "xcfgset": ("8.6.0", "stream", "Set options of a stream"),
    "xdelex": ("8.2.0", "stream", "Delete entries of a stream with respect to its groups"),
    "xidmprecord": ("8.6.0", "stream", "Record the idempotent id of a stream entry"),
    "xnack": ("8.8.0", "stream", "Give pending entries of a stream back"),
    "arcount": ("8.8.0", "array", "Count the set elements of an array"),
    "ardel": ("8.8.0", "array", "Delete elements of an array"),
    "ardelrange": ("8.8.0", "array", "Delete ranges of an array"),
    "arget": ("8.8.0", "array", "Return an element of an array"),
    "argetrange": ("8.8.0", "array", "Return a range of an array"),
    "argrep": ("8.8.0", "array", "Search the elements of an array"),
    "arinfo": ("8.8.0", "array", "Describe an array"),
    "arinsert": ("8.8.0", "array", "Insert values at the cursor of an array"),
    "arlastitems": ("8.8.0", "array", "Return the last elements of an array"),
    "arlen": ("8.8.0", "array", "Return the length of an array"),
    "armget": ("8.8.0", "array", "Return several elements of an array"),
    "armset": ("8.8.0", "array", "Set several elements of an array"),
    "arnext": ("8.8.0", "array", "Return the cursor of an array"),
    "arop": ("8.8.0", "array", "Compute over a range of an array"),
    "arring": ("8.8.0", "array", "Append to an array used as a ring"),
    "arscan": ("8.8.0", "array", "List the set elements of a range"),
    "arseek": ("8.8.0", "array", "Move the cursor of an array"),
    "arset": ("8.8.0", "array", "Set consecutive elements of an array"),
    "tdigest.add": ("2.4.0", "tdigest", "Add observations to a t-digest"),
    "tdigest.byrank": ("2.4.0", "tdigest", "Estimate the values at ranks"),
    "tdigest.byrevrank": ("2.4.0", "tdigest", "Estimate the values at ranks counted from the largest"),
    "tdigest.cdf": ("2.4.0", "tdigest", "Estimate the fraction of observations up to values"),
    "tdigest.create": ("2.4.0", "tdigest", "Create an empty t-digest"),
    "tdigest.info": ("2.4.0", "tdigest", "Describe a t-digest"),
    "tdigest.max": ("2.4.0", "tdigest", "Return the largest observation"),
    "tdigest.merge": ("2.4.0", "tdigest", "Merge t-digests into one"),
    "tdigest.min": ("2.4.0", "tdigest", "Return the smallest observation"),
    "tdigest.quantile": ("2.4.0", "tdigest", "Estimate the values at quantiles"),
    "tdigest.rank": ("2.4.0", "tdigest", "Estimate the ranks of values"),
    "tdigest.reset": ("2.4.0", "tdigest", "Empty a t-digest"),
    "tdigest.revrank": ("2.4.0", "tdigest", "Estimate the ranks of values counted from the largest"),
    "tdigest.trimmed_mean": ("2.4.0", "tdigest", "Estimate the mean between two quantiles"),
    "topk.add": ("2.0.0", "topk", "Add items to a top-k list"),
    "topk.count": ("2.0.0", "topk", "Estimate how often items were added"),
    "topk.incrby": ("2.0.0", "topk", "Add items several times"),
    "topk.info": ("2.0.0", "topk", "Describe a top-k list"),
    "topk.list": ("2.0.0", "topk", "Return the items of a top-k list"),
    "topk.query": ("2.0.0", "topk", "Say whether items are in a top-k list"),
    "topk.reserve": ("2.0.0", "topk", "Create a top-k list"),
    "ts.add": ("1.0.0", "timeseries", "Add a sample to a time series"),
    "ts.alter": ("1.0.0", "timeseries", "Change the options of a time series"),
    "ts.create": ("1.0.0", "timeseries", "Create a time series"),
    "ts.createrule": ("1.0.0", "timeseries", "Create a compaction rule"),
    "ts.decrby": ("1.0.0", "timeseries", "Add a sample lower than the last one"),
    "ts.del": ("1.6.0", "timeseries", "Delete samples of a time series"),
    "ts.deleterule": ("1.0.0", "timeseries", "Delete a compaction rule"),
    "ts.get": ("1.0.0", "timeseries", "Return the last sample of a time series"),
    "ts.incrby": ("1.0.0", "timeseries", "Add a sample higher than the last one"),
    "ts.info": ("1.0.0", "timeseries", "Describe a time series"),
    "ts.madd": ("1.0.0", "timeseries", "Add samples to several time series"),
    "ts.mget": ("1.0.0", "timeseries", "Return the last samples of the series a filter names"),
    "ts.mrange": ("1.0.0", "timeseries", "Return samples of the series a filter names"),
    "ts.mrevrange": ("1.4.0", "timeseries", "Return samples of the series a filter names, latest first"),
    "ts.nrange": ("8.8.0", "timeseries", "Return samples of the series named"),
    "ts.nrevrange": ("8.8.0", "timeseries", "Return samples of the series named, latest first"),
    "ts.queryindex": ("1.0.0", "timeseries", "Return the series a filter names"),
    "ts.querylabels": ("8.8.0", "timeseries", "Return labels of the series a filter names"),
    "ts.range": ("1.0.0", "timeseries", "Return samples of a time series"),
    "ts.read": ("8.8.0", "timeseries", "Return the samples after a time stamp, or wait for them"),
    "ts.revrange": ("1.4.0", "timeseries", "Return samples of a time series, latest first"),
}

#: What is kept of COMMAND DOCS beside the texts; the history of a command is not.
_DOCS: Final = (
    "summary",
    "since",
    "group",
    "complexity",
    "doc_flags",
    "deprecated_since",
    "replaced_by",
    "arguments",
)


def _ask_redis() -> tuple[list[Any], dict[str, Any]]:
    """Return a real server's COMMAND and COMMAND DOCS."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            ["redis-server", "--port", str(port), "--save", "", "--dir", folder], stdout=subprocess.DEVNULL
        )
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            ask = ["redis-cli", "-p", str(port), "--json"]
            commands = json.loads(subprocess.check_output([*ask, "COMMAND"]))
            docs = json.loads(subprocess.check_output([*ask, "COMMAND", "DOCS"]))
        finally:
            server.terminate()
            server.wait()
    return commands, docs


def _entry(info: list[Any], docs: dict[str, Any]) -> dict[str, Any]:
    """Return one command of COMMAND with its part of COMMAND DOCS."""
    _, arity, flags, first, last, step, categories, tips, specs, subcommands = info
    entry: dict[str, Any] = {
        "arity": arity,
        "flags": flags,
        "keys": [first, last, step],
        "categories": categories,
    }
    entry |= {key: value for key, value in (("tips", tips), ("specs", specs)) if value}
    entry |= {key: docs[key] for key in _DOCS if key in docs}
    if subcommands:
        inner = docs.get("subcommands", {})
        entry["subcommands"] = {item[0].lower(): _entry(item, inner.get(item[0], {})) for item in subcommands}
    return entry


def _newer(info: list[Any], description: tuple[str, str, str]) -> dict[str, Any]:
    """Return a command fakeredis knows and the reference server does not."""
    since, group, summary = description
    first, last, step = info[3:6]
    specs = []
    if first and "movablekeys" not in info[2]:
        last = last - first if last > 0 else last
        access = "RO" if "readonly" in info[2] else "RW"
        specs.append(
            {
                "flags": [access, "access"] if access == "RO" else [access, "update"],
                "begin_search": {"type": "index", "spec": {"index": first}},
                "find_keys": {"type": "range", "spec": {"lastkey": last, "keystep": step, "limit": 0}},
            }
        )
    docs = {"summary": summary, "since": since, "group": group}
    return _entry([*info[:7], [], specs, []], docs)


def derive() -> dict[str, Any]:
    """Return the whole table."""
    commands, docs = _ask_redis()
    table = {item[0]: _entry(item, docs.get(item[0], {})) for item in commands}
    newer = json.loads((Path(fakeredis.__file__).parent / "commands.json").read_text())
    for name, description in NEWER.items():
        container, _, subcommand = name.partition("|")
        entry = _newer(newer[name.replace("|", " ")], description)
        if subcommand:
            if container not in table:
                summary = f"A container for {description[1]} commands"
                info = [container, -2, [], 0, 0, 0, ["@slow"]]
                table[container] = _newer(info, (description[0], description[1], summary))
            table[container].setdefault("subcommands", {})[name] = entry
        else:
            table[name] = entry
    for name, entry in OWN.items():
        table[name] = {"keys": [0, 0, 0]} | entry
    known = {*table, *(inner for entry in table.values() for inner in entry.get("subcommands", ()))}
    if missing := sorted(set(store_commands()) - known):
        raise SystemExit(f"fakeredis knows commands that nothing here describes: {' '.join(missing)}")
    return table


def main() -> None:
    table = derive()
    lines = [
        f" {json.dumps(name)}: {json.dumps(table[name], separators=(',', ':'))}" for name in sorted(table)
    ]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{TABLE.name}: {len(table)} commands, fakeredis {fakeredis.__version__}")


if __name__ == "__main__":
    main()
