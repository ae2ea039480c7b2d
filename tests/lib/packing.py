"""Archives made byte by byte, so that they can say what no honest packer says."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

BLOCK = 512
END = b"\0" * 1024
USTAR, GNU = b"ustar\x0000", b"ustar  \0"


def header(
    name: bytes,
    size: int = 0,
    kind: bytes = b"0",
    *,
    text: bytes = b"",
    mode: int = 0o644,
    magic: bytes = USTAR,
    prefix: bytes = b"",
    raw_size: bytes = b"",
    checksum: int | None = None,
) -> bytes:
    """One header block of a tar."""
    fields = [
        name[:100].ljust(100, b"\0"),
        b"%07o\0" % mode,
        b"%07o\0" % 0,
        b"%07o\0" % 0,
        (raw_size or b"%011o\0" % size)[:12].ljust(12, b"\0"),
        b"%011o\0" % 1_700_000_000,
        b" " * 8,
        kind,
        text[:100].ljust(100, b"\0"),
        magic,
        b"\0" * 64,
        b"\0" * 16,
        prefix[:155].ljust(155, b"\0"),
    ]
    block = b"".join(fields).ljust(BLOCK, b"\0")
    total = sum(block) if checksum is None else checksum
    return block[:148] + b"%06o\0 " % total + block[156:]


def padded(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % BLOCK)


def member(name: bytes, content: bytes = b"", kind: bytes = b"0", **more: object) -> bytes:
    """A header and its content."""
    return header(name, len(content), kind, **more) + padded(content)  # type: ignore[arg-type]


def record(key: bytes, value: bytes) -> bytes:
    """One record of a pax header: its own length counts itself."""
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest)
    while len(b"%d" % length) + len(rest) != length:
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest


def pax(*records: tuple[bytes, bytes], kind: bytes = b"x") -> bytes:
    content = b"".join(record(key, value) for key, value in records)
    return member(b"PaxHeaders/x", content, kind)


def long_name(name: bytes, kind: bytes = b"L") -> bytes:
    return member(b"././@LongLink", name + b"\0", kind, magic=GNU)


class Zipped(NamedTuple):
    """One member of a zip; what its own header says may be another thing than what the directory says."""

    name: bytes
    content: bytes = b""
    mode: int = 0o100644
    system: int = 3
    flags: int = 0x0800
    method: int = 0
    local_name: bytes | None = None
    crc: int | None = None
    size: int | None = None
    local_size: int | None = None
    extra: bytes = b""
    attributes: int = 0
    offset: int | None = None
    before: bytes = b""
    behind: bytes = b""


def zipped(*members: Zipped, behind: bytes = b"", before: bytes = b"", count: int | None = None) -> bytes:
    """A zip of MEMBERS."""
    body, directory = before, b""
    for one in members:
        body += one.before
        offset = len(body) if one.offset is None else one.offset
        local, central = _zip_headers(one, offset)
        body += local
        directory += central
    number = len(members) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, number, number, len(directory), len(body), 0)
    return body + directory + end + behind


def _zip_headers(one: Zipped, offset: int) -> tuple[bytes, bytes]:
    data = one.content
    if one.method == 8:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = packer.compress(one.content) + packer.flush()
    crc = zlib.crc32(one.content) if one.crc is None else one.crc
    size = len(one.content) if one.size is None else one.size
    said = size if one.local_size is None else one.local_size
    packed = len(data) if one.method or one.size is None else size
    name = one.name if one.local_name is None else one.local_name
    shape = (one.flags, one.method, 0, 33)
    local = struct.pack("<4s2B4H3L2H", b"PK\3\4", 20, 0, *shape, crc, packed, said, len(name), len(one.extra))
    attributes = one.mode << 16 | one.attributes
    sizes = (crc, packed, size, len(one.name), len(one.extra), 0, 0, 0, attributes, offset)
    central = struct.pack("<4s4B4H3L5H2L", b"PK\1\2", 20, one.system, 20, 0, *shape, *sizes)
    return local + name + one.extra + data + one.behind, central + one.name + one.extra
