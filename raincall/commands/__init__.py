"""What is known of every command: names, arity, flags, keys, documentation.

Facts only: how a command runs stands in ``raincall.server`` and ``raincall.store``.
"""

from raincall.commands.keys import keys_of
from raincall.commands.table import COMMANDS, Command, find

__all__ = ["COMMANDS", "Command", "find", "keys_of"]
