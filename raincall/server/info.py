"""What does INFO say of the server?"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from raincall.reply import Reply, bulks, verbatim
from raincall.server.session import Session
from raincall.store import VERSION_TEXT

if TYPE_CHECKING:
    from raincall.server.dispatch import Dispatcher, Handler

_Fields = dict[str, object]


def _peak_memory() -> int:
    """Return the process's peak memory in bytes, 0 where the platform does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _server(dispatcher: Dispatcher) -> _Fields:
    uptime = int(dispatcher.clock() - dispatcher.statistics.started)
    return {
        "redis_version": VERSION_TEXT,
        "redis_mode": "standalone",
        "raincall_version": version("moonquakes"),
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "arch_bits": 64 if sys.maxsize > 1 << 32 else 32,
        "python_version": platform.python_version(),
        "process_id": os.getpid(),
        "tcp_port": dispatcher.configuration.get("port", "0"),
        "uptime_in_seconds": uptime,
        "uptime_in_days": uptime // 86400,
    }


def _clients(dispatcher: Dispatcher) -> _Fields:
    return {
        "connected_clients": len(dispatcher.sessions),
        "maxclients": dispatcher.configuration.get("maxclients", "0"),
        "blocked_clients": len(dispatcher.blocked.waiting),
    }


def _memory(_: Dispatcher) -> _Fields:
    peak = _peak_memory()
    return {"used_memory": peak, "used_memory_peak": peak, "maxmemory": 0, "maxmemory_policy": "noeviction"}


def _persistence(_: Dispatcher) -> _Fields:
    return {"loading": 0, "rdb_bgsave_in_progress": 0, "aof_enabled": 0}


def _stats(dispatcher: Dispatcher) -> _Fields:
    statistics = dispatcher.statistics
    return {
        "total_connections_received": statistics.connections,
        "total_commands_processed": statistics.commands,
        "total_net_input_bytes": statistics.bytes_in,
        "total_net_output_bytes": statistics.bytes_out,
        "pubsub_channels": len(dispatcher.subscriptions.channels),
        "pubsub_patterns": len(dispatcher.subscriptions.patterns),
        "pubsubshard_channels": len(dispatcher.subscriptions.shards),
    }


def _replication(_: Dispatcher) -> _Fields:
    return {"role": "master", "connected_slaves": 0, "master_repl_offset": 0}


def _cpu(_: Dispatcher) -> _Fields:
    times = os.times()
    return {"used_cpu_sys": f"{times.system:.6f}", "used_cpu_user": f"{times.user:.6f}"}


def _cluster(_: Dispatcher) -> _Fields:
    return {"cluster_enabled": 0}


def _keyspace(dispatcher: Dispatcher) -> _Fields:
    return {
        f"db{number}": f"keys={keys},expires={expires},avg_ttl=0"
        for number, keys, expires in dispatcher.store.key_counts()
    }


_SECTIONS: Final[dict[str, Callable[[Dispatcher], _Fields]]] = {
    "server": _server,
    "clients": _clients,
    "memory": _memory,
    "persistence": _persistence,
    "stats": _stats,
    "replication": _replication,
    "cpu": _cpu,
    "modules": lambda _: {},
    "errorstats": lambda _: {},
    "cluster": _cluster,
    "keyspace": _keyspace,
}


def _info(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    wanted = {word.decode("latin-1").lower() for word in argv[1:]}
    everything = not wanted or not wanted.isdisjoint(("default", "all", "everything"))
    parts: list[str] = []
    for name, fields in _SECTIONS.items():
        if everything or name in wanted:
            heading = "CPU" if name == "cpu" else name.capitalize()
            lines = [f"# {heading}", *(f"{key}:{value}" for key, value in fields(dispatcher).items())]
            parts.append("".join(line + "\r\n" for line in lines))
    return verbatim("\r\n".join(parts))


def _lolwut(_: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    return verbatim(f"When rain falls, the moon quakes.\nRedis ver. {VERSION_TEXT}\n")


def _time(dispatcher: Dispatcher, session: Session, argv: list[bytes]) -> Reply:
    seconds, microseconds = divmod(int(dispatcher.clock() * 1_000_000), 1_000_000)
    return bulks((str(seconds), str(microseconds)))


HANDLERS: Final[dict[str, Handler]] = {"info": _info, "lolwut": _lolwut, "time": _time}
