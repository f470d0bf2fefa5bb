"""Which commands does the server run itself, beside those of the store?"""

from __future__ import annotations

from typing import Final

from raincall.server import (
    client_commands,
    command_commands,
    connection_commands,
    info,
    key_commands,
    pausing,
    pubsub,
    server_commands,
    transactions,
)
from raincall.server.dispatch import Handler

HANDLERS: Final[dict[str, Handler]] = {
    **command_commands.help_handlers(),
    **client_commands.HANDLERS,
    **command_commands.HANDLERS,
    **connection_commands.HANDLERS,
    **info.HANDLERS,
    **key_commands.HANDLERS,
    **pausing.HANDLERS,
    **pubsub.HANDLERS,
    **server_commands.HANDLERS,
    **transactions.HANDLERS,
}
