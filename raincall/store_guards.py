"""Which of fakeredis' commands must not be let through to clients as they are?

Those that would run code (RESTORE, scripting), that might never end, or that fail where Redis refuses.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any, Final

from fakeredis._helpers import SimpleError
from fakeredis._socket import FakeSocket
from fakeredis.model import ZSet

from raincall.glob import compile_glob

WRONG_TYPE: Final = "WRONGTYPE Operation against a key holding the wrong kind of value"

#: Stars of ARGREP's globs: matching takes time to the power of their number.
_MOST_STARS: Final = 2

#: Most items a random draw with repetitions gives.
_MOST_DRAWN: Final = 1_000_000


def _check_count(args: Sequence[Any]) -> None:
    """Refuse to draw so often, with repetitions, that the reply would not fit anywhere."""
    try:
        count = int(args[0]) if args else 0
    except ValueError:
        return  # the command itself has something to say about that
    if count < -_MOST_DRAWN:
        raise SimpleError("ERR value is out of range")


class GuardedCommands(FakeSocket):
    """fakeredis' commands, made safe for clients one does not know."""

    #: Signs what DUMP returns.
    secret: bytes

    #: fakeredis' scripting, where a script reaches Python itself.
    eval = evalsha = fcall = fcall_ro = None

    def dump(self, key: Any) -> bytes:
        """Sign what DUMP returns: fakeredis pickles the value, and unpickling what another made runs code."""
        payload: bytes = super().dump(key)
        return hmac.digest(self.secret, payload, "sha256") + payload

    def restore(self, key: Any, ttl: int, value: bytes, *args: bytes) -> Any:
        """Take only what this server's DUMP returned; for anything else Redis' own error follows."""
        signature, payload = value[:32], value[32:]
        genuine = hmac.compare_digest(hmac.digest(self.secret, payload, "sha256"), signature)
        return super().restore(key, ttl, payload if genuine else b"", *args)

    def argrep(self, key: Any, start: bytes, end: bytes, *args: bytes) -> Any:
        """Refuse patterns that fakeredis gives to Python's regular expressions and that may take for ever."""
        words = iter(args)
        for word in words:
            kind = word.lower()
            if kind in (b"exact", b"match", b"limit"):
                next(words, None)
            elif kind == b"re":
                raise SimpleError("ERR ARGREP: RE is not supported")
            elif kind == b"glob" and next(words, b"").count(b"*") > _MOST_STARS:
                raise SimpleError(f"ERR ARGREP: a GLOB may have {_MOST_STARS} stars")
        return super().argrep(key, start, end, *args)

    def _bzpop(self, keys: Sequence[bytes], reverse: bool, first_pass: bool) -> Any:
        """Look at the types of the keys first, which fakeredis does not."""
        for key in keys:
            item = self._db.get(key)
            if item is None:
                continue
            if isinstance(item.value, ZSet):
                return super()._bzpop([key], reverse, first_pass)
            if first_pass:
                raise SimpleError(WRONG_TYPE)
        return None

    def srandmember(self, key: Any, *args: bytes) -> Any:
        _check_count(args)
        return super().srandmember(key, *args)

    def hrandfield(self, key: Any, *args: bytes) -> Any:
        _check_count(args)
        return super().hrandfield(key, *args)

    def zrandmember(self, key: Any, *args: bytes) -> Any:
        _check_count(args)
        if not key and args[:1] and args[0].startswith(b"-"):
            return []  # fakeredis would draw from nothing
        return super().zrandmember(key, *args)

    def tdigest_info(self, key: Any) -> Any:
        if key.value is None:
            raise SimpleError("ERR T-Digest: key does not exist")
        return super().tdigest_info(key)

    def ts_mget(self, *args: bytes) -> Any:
        """Refuse what fakeredis' TS.MGET would never end on: any word before FILTER that it does not know."""
        for word in args:
            if word.upper() == b"FILTER":
                return super().ts_mget(*args)
            if word.upper() not in (b"LATEST", b"WITHLABELS"):
                raise SimpleError("ERR TSDB: only LATEST and WITHLABELS are supported before FILTER")
        raise SimpleError("ERR TSDB: no FILTER given")

    def _scan(self, keys: Any, cursor: int, *args: bytes, scanned_key: bytes | None = None) -> list[Any]:
        """Match the patterns of SCAN and its kin by our own globs, which no pattern makes slow."""
        words = list(args)
        pattern: bytes | None = None
        for index in range(len(words) - 1):
            if words[index].upper() == b"MATCH":
                pattern = words[index + 1]
                del words[index : index + 2]
                break
        following, batch = super()._scan(keys, cursor, *words, scanned_key=scanned_key)
        if pattern is not None:
            matches = compile_glob(pattern).match
            batch = [item for item in batch if matches(item)]
        return [following, batch]
