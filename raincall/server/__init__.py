"""The RESP server: connections, sessions and command dispatch over the embedded store."""

from raincall.server.dispatch import Dispatcher, ScriptEngine
from raincall.server.serve import Server, serve
from raincall.server.session import Session

__all__ = ["Dispatcher", "ScriptEngine", "Server", "Session", "serve"]
