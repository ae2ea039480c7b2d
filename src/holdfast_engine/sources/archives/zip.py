"""Reading zip strictly: its directory and its members must say the same, and leave no byte unexplained."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from holdfast_engine.sources.archives.gate import Gate, refusal
from holdfast_engine.sources.archives.stream import TRUNCATED, inflated, read_at

_END, _CENTRAL, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s4B4H3L5H2L"), struct.Struct("<4s2B4H3L2H")
_WIDE_END, _LOCATOR = struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_WIDE = 0xFFFFFFFF
_LONGEST_COMMENT = 0xFFFF
_LONGEST_DIRECTORY = 256 << 20
_AT_ONCE = 1 << 16
_ENCRYPTED, _FOLLOWED, _UTF8 = 0x2041, 0x0008, 0x0800
_STORED, _DEFLATED = 0, 8
_UNIX = 3
_LONGEST_TEXT = 4095


class _Member(NamedTuple):
    """One entry of the central directory: RAW is the name's bytes, OFFSET where its own header stands."""

    name: str
    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int


def unpack_zip(descriptor: int, size: int, gate: Gate) -> None:
    """Let every member of the zip of SIZE bytes in DESCRIPTOR through GATE.

    Members must lie one behind the other from the first byte up to the directory, which must end
    where the end record begins: nothing overlaps, nothing is hidden, nothing stands before or behind.
    """
    start, length, count = _find_directory(descriptor, size)
    members = sorted(_directory(_exactly(descriptor, start, length), count), key=lambda member: member.offset)
    _weigh(members, gate)
    position = 0
    for member, end in zip(members, [*(member.offset for member in members[1:]), start]):
        if member.offset != position:
            raise refusal("holds bytes that belong to no member, or to two")
        _unpack(descriptor, member, end, gate)
        position = end
    if position != start:
        raise refusal("holds bytes that belong to no member")


def _exactly(descriptor: int, start: int, length: int) -> bytes:
    parts = []
    while length > 0:
        part = read_at(descriptor, min(length, 1 << 20), start)
        if not part:
            raise refusal(TRUNCATED)
        parts.append(part)
        start, length = start + len(part), length - len(part)
    return b"".join(parts)


def _find_directory(descriptor: int, size: int) -> tuple[int, int, int]:
    """Where the central directory starts, its length and the number of its entries."""
    first = max(0, size - _END.size - _LONGEST_COMMENT)
    tail = _exactly(descriptor, first, size - first)
    found = [at for at in _places(tail, b"PK\5\6") if _ends_here(tail, at)]
    if len(found) != 1:
        raise refusal("is truncated, or goes on after its end" if not found else "has two ends")
    _, disk, disk_too, here, count, length, start, _ = _END.unpack_from(tail, found[0])
    end = first + found[0]
    if _LOCATOR.size <= end and _exactly(descriptor, end - _LOCATOR.size, 4) == b"PK\6\7":
        return _find_wide(descriptor, end - _LOCATOR.size)
    if (disk, disk_too) != (0, 0) or here != count:
        raise refusal("is one of several parts")
    if start + length != end or length > _LONGEST_DIRECTORY:
        raise refusal("has a directory that is not where it says")
    return start, length, count


def _places(text: bytes, mark: bytes) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


def _ends_here(tail: bytes, at: int) -> bool:
    return at + _END.size <= len(tail) and at + _END.size + _END.unpack_from(tail, at)[7] == len(tail)


def _find_wide(descriptor: int, locator: int) -> tuple[int, int, int]:
    """The same of the ZIP64 form, whose end record stands directly before LOCATOR."""
    _, disk, at, disks = _LOCATOR.unpack(_exactly(descriptor, locator, _LOCATOR.size))
    if at + _WIDE_END.size != locator or (disk, disks) != (0, 1):
        raise refusal("has an end record that is not where it says")
    mark, _, _, _, here, too, among, count, length, start = _WIDE_END.unpack(_exactly(descriptor, at, _WIDE_END.size))
    if mark != b"PK\6\6" or (here, too) != (0, 0) or among != count:
        raise refusal("has an end record that cannot be read")
    if start + length != at or length > _LONGEST_DIRECTORY:
        raise refusal("has a directory that is not where it says")
    return start, length, count


def _directory(text: bytes, count: int) -> Iterator[_Member]:
    at = found = 0
    while at < len(text):
        if len(text) - at < _CENTRAL.size or text[at : at + 4] != b"PK\1\2":
            raise refusal("has a directory that cannot be read")
        fields = _CENTRAL.unpack_from(text, at)
        lengths = fields[12:15]
        names = at + _CENTRAL.size
        at = names + sum(lengths)
        if at > len(text):
            raise refusal("has a directory that cannot be read")
        raw, extra = text[names : names + lengths[0]], text[names + lengths[0] : names + lengths[0] + lengths[1]]
        yield _entry(fields, raw, _extras(extra))
        found += 1
    if found != count:
        raise refusal("has another number of members than it says")


def _extras(text: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(text) >= 4:
        kind, length = struct.unpack_from("<2H", text)
        if length > len(text) - 4 or (kind in found and kind in (0x0001, 0x7075)):
            raise refusal("holds an extra field that cannot be read")
        found[kind] = text[4 : 4 + length]
        text = text[4 + length :]
    return found


def _entry(fields: tuple[int, ...], raw: bytes, extras: dict[int, bytes]) -> _Member:
    system, flags, method, crc, disk, attributes = (fields[at] for at in (2, 5, 6, 9, 15, 17))
    size, packed, offset = _widened([fields[11], fields[10], fields[18]], extras)
    name = _name(raw, flags, extras)
    if flags & _ENCRYPTED:
        raise refusal("is encrypted", name)
    if method not in (_STORED, _DEFLATED):
        raise refusal("is packed in a way other than deflate", name)
    if disk or (method == _STORED and size != packed):
        raise refusal("has two sizes, or is in another part", name)
    mode = attributes >> 16 if system == _UNIX else 0
    return _Member(name, raw, flags, method, crc, packed, size, _mode(name, mode, attributes), offset)


def _widened(values: list[int], extras: dict[int, bytes]) -> list[int]:
    """VALUES with those that do not fit taken from the ZIP64 field, in order."""
    wide = extras.get(0x0001, b"")
    for at, value in enumerate(values):
        if value == _WIDE:
            if len(wide) < 8:
                raise refusal("holds a size that is said nowhere")
            values[at], wide = int.from_bytes(wide[:8], "little"), wide[8:]
    return values


def _name(raw: bytes, flags: int, extras: dict[int, bytes]) -> str:
    """The one name that every reader sees."""
    text = raw.decode("utf-8", "surrogateescape")
    more = extras.get(0x7075, b"")
    if more and more[0] == 1 and int.from_bytes(more[1:5], "little") == zlib.crc32(raw):
        better = more[5:].decode("utf-8", "surrogateescape")
        if (flags & _UTF8 or raw.isascii()) and better != text:
            raise refusal("has two names", text)
        text = better
    elif not flags & _UTF8 and not raw.isascii():
        raise refusal("has a name in an unknown encoding", text)
    if not text.isascii() and any("\udc80" <= letter <= "\udcff" for letter in text):
        raise refusal("has a name that is not UTF-8", text)
    if "\\" in text:
        raise refusal("holds a backslash, which some readers take for a slash", text)
    return text


def _mode(name: str, mode: int, attributes: int) -> int:
    """MODE with its kind told, which must be what the name's end says."""
    kind = stat.S_IFMT(mode) or (stat.S_IFDIR if name.endswith("/") else stat.S_IFREG)
    if kind not in (stat.S_IFDIR, stat.S_IFREG, stat.S_IFLNK):
        raise refusal("is neither file, directory nor link", name)
    if (kind == stat.S_IFDIR) != name.endswith("/") or (attributes & 0x10 and kind != stat.S_IFDIR):
        raise refusal("is a directory by its name or by its kind, and not by both", name)
    return kind | (stat.S_IMODE(mode) or 0o644)  # no mode is no word about who may read it


def _weigh(members: list[_Member], gate: Gate) -> None:
    """What the members say they unpack to is within limits; that they say the truth is seen while unpacking."""
    limits, size = gate.limits, sum(member.size for member in members)
    if size > limits.bytes or len(members) > limits.names:
        raise refusal(f"holds more than {limits.bytes} bytes or {limits.names} names")
    if size > limits.free + limits.ratio * sum(member.packed for member in members):
        raise refusal(f"unpacks to more than {limits.ratio} times its size")


def _unpack(descriptor: int, member: _Member, end: int, gate: Gate) -> None:
    start = _start_of_data(descriptor, member)
    _see_descriptor(_exactly(descriptor, start + member.packed, end - start - member.packed), member)
    pieces = _checked(_data(descriptor, start, member), member)
    kind = stat.S_IFMT(member.mode)
    if kind == stat.S_IFREG:
        gate.file(member.name, member.mode, member.size, pieces)
    elif member.size > (_LONGEST_TEXT if kind == stat.S_IFLNK else 0):
        raise refusal("has a size and is no file", member.name)
    elif kind == stat.S_IFLNK:
        gate.link(member.name, b"".join(pieces).decode("utf-8", "surrogateescape"))
    else:
        b"".join(pieces)
        gate.directory(member.name)


def _start_of_data(descriptor: int, member: _Member) -> int:
    """Where MEMBER's data starts; its own header must say what the directory says."""
    fields = _LOCAL.unpack(_exactly(descriptor, member.offset, _LOCAL.size))
    names = member.offset + _LOCAL.size
    raw = _exactly(descriptor, names, fields[10])
    extras = _extras(_exactly(descriptor, names + fields[10], fields[11]))
    size, packed = _widened([fields[9], fields[8]], extras)
    said = (fields[7], packed, size)
    known = (member.crc, member.packed, member.size)
    later = member.flags & _FOLLOWED
    if fields[0] != b"PK\3\4" or raw != member.raw or fields[3:5] != (member.flags, member.method):
        raise refusal("is one thing in the directory and another in its own header", member.name)
    if any(mine != other and not (later and mine == 0) for mine, other in zip(said, known)):
        raise refusal("has one size or checksum in the directory and another in its own header", member.name)
    if _name(raw, fields[3], extras) != member.name and 0x7075 in extras:
        raise refusal("has two names", member.name)
    return names + len(raw) + int(fields[11])


def _see_descriptor(text: bytes, member: _Member) -> None:
    """TEXT is what stands between MEMBER's data and the next thing: nothing, or its sizes once more."""
    form = {0: "", 12: "<3L", 16: "<3L", 20: "<LQQ", 24: "<LQQ"}.get(len(text))
    if form is None or bool(text) != bool(member.flags & _FOLLOWED):
        raise refusal("holds bytes that belong to no member", member.name)
    if text:
        said = struct.unpack(form, text[4:] if len(text) in (16, 24) else text)
        if said != (member.crc, member.packed, member.size) or (len(text) in (16, 24) and text[:4] != b"PK\7\x08"):
            raise refusal("has one size or checksum in the directory and another behind its data", member.name)


def _data(descriptor: int, start: int, member: _Member) -> Iterator[bytes]:
    packed = _pieces(descriptor, start, member.packed)
    return packed if member.method == _STORED else inflated(packed, member.size)


def _pieces(descriptor: int, start: int, size: int) -> Iterator[bytes]:
    while size > 0:
        piece = read_at(descriptor, min(size, _AT_ONCE), start)
        if not piece:
            raise refusal(TRUNCATED)
        start, size = start + len(piece), size - len(piece)
        yield piece


def _checked(pieces: Iterator[bytes], member: _Member) -> Iterator[bytes]:
    crc = 0
    for piece in pieces:
        crc = zlib.crc32(piece, crc)
        yield piece
    if crc != member.crc:
        raise refusal("is damaged: its checksum is wrong", member.name)
