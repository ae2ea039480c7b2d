"""Reading tar (ustar, pax, GNU long names) strictly: what two readers could take for two things is refused."""

from __future__ import annotations

from typing import NamedTuple, Optional

from holdfast_engine.sources.archives.gate import Gate, refusal
from holdfast_engine.sources.archives.stream import TRUNCATED, Stream

_BLOCK = 512
_NOTHING = b"\0" * _BLOCK
_LONGEST_NOTE = 1 << 20
"""Bytes of one extended header: names are far shorter, attributes of files are passed over."""
_FITS = 8 << 30
"""Sizes below this stand in the header itself (eleven octal digits); an override of one is a trick."""
_REFUSED = {
    b"1": "is a hard link; pack with `tar --hard-dereference`",
    b"3": "is a device",
    b"4": "is a device",
    b"6": "is a FIFO",
    b"S": "is stored as a sparse file; pack without `--sparse`",
}
_CHARSETS = ("ISO-IR 10646 2000 UTF-8", "BINARY")
_MEANING = ("path", "linkpath", "size")
"""Keys of extended headers that say what a member is; all others tell of times, owners and attributes."""


class _Header(NamedTuple):
    name: str
    mode: int
    size: int
    kind: bytes
    text: str


def unpack_tar(stream: Stream, gate: Gate) -> None:
    """Let every member of the tar that STREAM reads through GATE, up to its end, behind which nothing may stand."""
    said: dict[str, str] = {}
    while True:
        block = stream.read(_BLOCK)
        if len(block) < _BLOCK:
            raise refusal(TRUNCATED)
        if block == _NOTHING:
            break
        header = _header(block)
        if header.kind in (b"x", b"g", b"L", b"K"):
            _extend(said, header, _note(stream, header))
        else:
            _member(stream, gate, _overridden(header, said))
            said = {}
    _expect_end(stream, said)


def _expect_end(stream: Stream, said: dict[str, str]) -> None:
    """A second empty block, and nothing but emptiness up to the end of the file."""
    if said:
        raise refusal("ends behind an extended header: it is truncated")
    block = stream.read(_BLOCK)
    if len(block) < _BLOCK:
        raise refusal(TRUNCATED)
    while block:
        if block.strip(b"\0"):
            raise refusal("goes on after its end")
        block = stream.read(_BLOCK)


def _header(block: bytes) -> _Header:
    total = sum(block[:148]) + sum(block[156:]) + 8 * 32
    if _number(block[148:156], "checksum") != total:
        raise refusal("is damaged: the checksum of a header is wrong")
    magic = block[257:265]
    if magic not in (b"ustar\x0000", b"ustar  \0"):
        raise refusal("holds a header of no known kind of tar")
    prefix = block[345:500]
    if magic == b"ustar  \0" and prefix.strip(b"\0"):
        raise refusal("is an incremental backup", hint="pack it without `--incremental`")
    name, before = _text(block[:100]), _text(prefix)
    return _Header(
        f"{before}/{name}" if before else name,
        _number(block[100:108], "mode"),
        _number(block[124:136], "size"),
        block[156:157],
        _text(block[157:257]),
    )


def _text(field: bytes) -> str:
    """The text of a field, which a NUL ends; what stands behind that would be seen by some readers only."""
    text, _, rest = field.partition(b"\0")
    if rest.strip(b"\0"):
        raise refusal("holds a NUL in a name", text.decode("utf-8", "surrogateescape"))
    return text.decode("utf-8", "surrogateescape")


def _number(field: bytes, what: str) -> int:
    """Octal digits, or GNU's base 256 for what is too large for them; nothing negative."""
    if field[0] & 0x80:
        if field[0] != 0x80:
            raise refusal(f"holds a negative {what}")
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        raise refusal(f"holds a {what} that is no number")
    return int(digits or b"0", 8)


def _note(stream: Stream, header: _Header) -> bytes:
    """The content of an extended header."""
    if header.size > _LONGEST_NOTE:
        raise refusal("holds an extended header that is too long")
    content = b"".join(stream.pieces(header.size))
    _pass_padding(stream, header.size)
    return content


def _pass_padding(stream: Stream, size: int) -> None:
    for _ in stream.pieces(-size % _BLOCK):
        pass


def _extend(said: dict[str, str], header: _Header, content: bytes) -> None:
    """What CONTENT says of the next member stands in SAID; nothing may be said twice, or of all members to come."""
    if header.kind in (b"L", b"K"):
        found = {"path" if header.kind == b"L" else "linkpath": _text(content)}
    else:
        found = _records(content)
    meaning = {key: value for key, value in found.items() if key in _MEANING}
    if header.kind == b"g" and meaning:
        raise refusal("says one name or size of all its members")
    if meaning.keys() & said.keys():
        raise refusal("says two names or sizes of one member")
    said.update(meaning)


def _records(content: bytes) -> dict[str, str]:
    """The records `LENGTH KEY=VALUE` of a pax header (pax(1))."""
    found: dict[str, str] = {}
    while content:
        digits, space, _ = content.partition(b" ")
        length = int(digits) if space and digits.isdigit() and len(digits) < 8 else 0
        key, equals, value = content[len(digits) + 1 : length].partition(b"=")
        if not equals or length > len(content) or value[-1:] != b"\n":
            raise refusal("holds an extended header that cannot be read")
        _note_record(found, key.decode("utf-8", "surrogateescape"), value[:-1].decode("utf-8", "surrogateescape"))
        content = content[length:]
    return found


def _note_record(found: dict[str, str], key: str, value: str) -> None:
    if key in found:
        raise refusal(f"says `{key}` twice of one member")
    if key.startswith("GNU.sparse.") or key in ("SCHILY.realsize", "SCHILY.filetype"):
        raise refusal("holds a sparse file", hint="pack it without `--sparse`")
    if key == "hdrcharset" and value not in _CHARSETS:
        raise refusal("holds names in an encoding other than UTF-8")
    if key in _MEANING and ("\0" in value or not value):
        raise refusal(f"holds a `{key}` that is empty or holds a NUL", value)
    found[key] = value


def _overridden(header: _Header, said: dict[str, str]) -> _Header:
    size = _size(said.get("size"), header)
    return header._replace(name=said.get("path", header.name), text=said.get("linkpath", header.text), size=size)


def _size(said: Optional[str], header: _Header) -> int:
    if said is None:
        return header.size
    if not (said.isascii() and said.isdigit() and len(said) < 20):
        raise refusal("holds a size that is no number", header.name)
    if int(said) != header.size and int(said) < _FITS:
        raise refusal("says two sizes", header.name)
    return int(said)


def _member(stream: Stream, gate: Gate, header: _Header) -> None:
    if header.kind in (b"0", b"\0"):
        gate.file(header.name, header.mode, header.size, stream.pieces(header.size))
        _pass_padding(stream, header.size)
        return
    if header.kind not in (b"2", b"5"):
        raise refusal(_REFUSED.get(header.kind, "is of a kind that no release may hold"), header.name)
    if header.size:
        raise refusal("has a size and is no file", header.name)
    if header.kind == b"5":
        gate.directory(header.name)
    else:
        gate.link(header.name, header.text)
