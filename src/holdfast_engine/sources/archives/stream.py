"""The bytes inside a compressed file, in order, and no more of them than is sensible."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Optional

from holdfast_engine.model.problem import Problem
from holdfast_engine.sources.archives.gate import Limits, refusal

_AT_ONCE = 1 << 16
_MOST_MEMORY = 256 << 20
TRUNCATED = "ends in the middle: it is truncated"


class _Gzip:
    """zlib's decompressor with the manners of those of bz2 and lzma."""

    def __init__(self) -> None:
        self._zlib: Any = zlib.decompressobj(31)

    def decompress(self, given: bytes, most: int) -> bytes:
        made: bytes = self._zlib.decompress(self._zlib.unconsumed_tail + given, most)
        return made

    @property
    def needs_input(self) -> bool:
        return len(self._zlib.unconsumed_tail) == 0

    @property
    def eof(self) -> bool:
        return bool(self._zlib.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._zlib.unused_data)


def _bzip2() -> Any:
    import bz2

    return bz2.BZ2Decompressor()


def _xz() -> Any:
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)


DECOMPRESSORS: dict[str, Callable[[], Any]] = {"gzip": _Gzip, "bzip2": _bzip2, "xz": _xz}


def _faults() -> tuple[type[BaseException], ...]:
    """What decompressors raise about their input; this interpreter may have been built without lzma."""
    try:
        from lzma import LZMAError
    except ImportError:
        return (zlib.error, OSError, EOFError, ValueError)
    return (zlib.error, OSError, EOFError, ValueError, LZMAError)


class Stream:
    """What the file DESCRIPTOR holds from its beginning on, decompressed by FORMAT's decompressor where one is named.

    Several compressed members after each other are one stream, as gzip(1) and its like take them.
    Raises `source-unusable` for damage and for more output than LIMITS allow.
    """

    def __init__(self, descriptor: int, form: str, limits: Limits) -> None:
        self._descriptor = descriptor
        self._open = DECOMPRESSORS.get(form)
        self._engine: Any = _made(self._open, form) if self._open else None
        self._faults = _faults()
        self._limits = limits
        self._in = self._out = 0
        self._waiting = b""
        self._ended = False
        self._held = memoryview(b"")

    def read(self, size: int) -> bytes:
        """The next SIZE bytes; fewer at the end."""
        parts = []
        while size:
            if not self._held:
                self._held = memoryview(self._piece())
                if not self._held:
                    break
            part, self._held = self._held[:size], self._held[size:]
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next SIZE bytes in pieces; a stream that has fewer is truncated."""
        while size > 0:
            piece = self.read(min(size, _AT_ONCE))
            if not piece:
                raise refusal(TRUNCATED)
            size -= len(piece)
            yield piece

    def _raw(self) -> bytes:
        piece = read_at(self._descriptor, _AT_ONCE, self._in)
        self._in += len(piece)
        return piece

    def _piece(self) -> bytes:
        """Some more bytes; none at the end."""
        while self._engine is not None and not self._ended:
            piece = self._decompressed()
            self._count(piece)
            if piece:
                return piece
        return self._raw() if self._engine is None else b""

    def _count(self, piece: bytes) -> None:
        self._out += len(piece)
        if self._out > self._limits.free + self._limits.ratio * self._in:
            raise refusal(f"unpacks to more than {self._limits.ratio} times its size")

    def _decompressed(self) -> bytes:
        hungry = self._engine.needs_input
        given = self._waiting or (self._raw() if hungry else b"")
        self._waiting = b""
        try:
            piece: bytes = self._engine.decompress(given, _AT_ONCE)
        except self._faults as error:
            raise refusal("is damaged, or goes on after its end") from error
        if self._engine.eof:
            self._go_on()
        elif hungry and not given and not piece:
            raise refusal(TRUNCATED)
        return piece

    def _go_on(self) -> None:
        self._waiting = self._engine.unused_data or self._raw()
        self._ended = not self._waiting
        if self._waiting and self._open:
            self._engine = self._open()


class Piped(Stream):
    """What comes out of PIPE, to which a program decompresses a file of SIZE bytes, and no more than LIMITS allow."""

    def __init__(self, pipe: int, size: int, limits: Limits) -> None:
        super().__init__(pipe, "", limits)
        self._in = size

    def _piece(self) -> bytes:
        piece = os.read(self._descriptor, _AT_ONCE)
        self._count(piece)
        return piece


def _made(opened: Callable[[], Any], form: str) -> Any:
    try:
        return opened()
    except ImportError as error:
        raise refusal(
            f"is packed with {form}, which this Python was built without", hint="pack it with gzip"
        ) from error


def read_at(descriptor: int, size: int, position: int) -> bytes:
    """Up to SIZE bytes of the file DESCRIPTOR from POSITION on."""
    try:
        return os.pread(descriptor, size, position)
    except OSError as error:
        told = (error.strerror or str(error)).lower()
        raise Problem("fetch-incomplete", f"the archive cannot be read: {told}", hint="deploy again") from error


def inflated(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The SIZE bytes to which the raw deflate data PIECES unpacks; neither more nor fewer."""
    engine = zlib.decompressobj(-15)
    try:
        for piece in pieces:
            if engine.eof:
                raise refusal("holds data behind the end of a file's")
            size = yield from _inflate(engine, piece, size)
    except zlib.error as error:
        raise refusal("is damaged") from error
    if size or not engine.eof or engine.unused_data:
        raise refusal("holds a file of another size than it says")


def _inflate(engine: Any, piece: bytes, left: int) -> Any:
    waiting: Optional[bytes] = piece
    while waiting or waiting is None:
        made = engine.decompress(waiting or b"", _AT_ONCE)
        left -= len(made)
        if left < 0:
            raise refusal("holds a file of another size than it says")
        if made:
            yield made
        waiting = engine.unconsumed_tail or (None if len(made) == _AT_ONCE and not engine.eof else b"")
    return left
