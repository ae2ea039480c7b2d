"""Archives that nobody packs by accident: every one must be refused, and nothing outside may notice it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from lib.packing import END, GNU, Zipped, header, long_name, member, padded, pax, record, zipped

Labelled = tuple[str, bytes]
EVIL = b"PWNED"

NAMES = [
    b"../outside",
    b"a/../../outside",
    b"./../outside",
    b"a/..",
    b"..",
    b"/outside",
    b"//outside",
    b"/",
    b"a//b",
    b"a/./b",
    b"././a",
    b".//a",
    b"a/b/../c",
    b".git",
    b".git/hooks/post-checkout",
    b"a/.GIT/config",
    b".Git/config",
    b".holdfast/site.json",
    b".holdfast",
    b".HoldFast/x",
    b"n" * 256,
    b"d/" * 201 + b"x",
    b"/".join([b"p" * 200] * 20),
    b"a/" + b"n" * 300 + b"/b",
    b"../" * 40 + b"etc/cron.d/x",
    b"a/../../../../../../../../tmp/x",
    b"shared/../../../shared/.env",
    b"..//outside",
    b"../../site/current",
    b"a/b/c/d/e/../../../../../../x",
]
"""Names that no member may have; `TOP` stands for the absolute path of the sentinels."""

TEXTS = [
    b"../outside",
    b"/etc/passwd",
    b"TOP/outside",
    b"../../outside",
    b"a/../../outside",
    b"a/..",
    b"./../outside",
    b".//../outside",
    b"..",
    b"../..",
    b"../",
    b"a/b/../../..",
    b"x" * 5000,
    b"../" * 100 + b"etc/passwd",
    b"a/./../b",
    b"//etc/passwd",
    b"dir/../outside",
    b"l/..",
]

KINDS = [b"1", b"3", b"4", b"6", b"7", b"S", b"V", b"M", b"D", b"N", b"A", b"E", b"I", b"X", b"8", b"9", b"\x7f", b"z"]

TWINS = [
    (b"Conf", b"conf"),
    (b"caf\xc3\xa9", b"cafe\xcc\x81"),
    (b"f", b"f"),
    (b"./f", b"f"),
    (b"stra\xc3\x9fe", b"strasse"),
    (b"A/x", b"a/y"),
    (b"a", b"a/b"),
    (b"a/b", b"a"),
    (b"\xc7\x86", b"\xc7\x85"),
    (b"a/B/c", b"a/b/d"),
]


def hostile(top: bytes) -> Iterator[Labelled]:
    """More than five hundred archives with a label each, always the same; TOP is where the sentinels lie."""
    for made in (_names, _texts, _kinds, _twins, _through_links, _sizes, _extended, _broken, _bombs, _zips, _packed):
        yield from made(top)


def _named(name: bytes, content: bytes, kind: bytes, **more: Any) -> Iterator[Labelled]:
    """NAME said in each way that a tar has for it."""
    shown = f"{name[:40]!r} as {kind!r}"
    if len(name) <= 100:
        yield f"ustar {shown}", member(name, content, kind, **more) + END
    if b"/" in name and len(name) <= 250:
        before, _, last = name.rpartition(b"/")
        if 0 < len(last) <= 100 and 0 < len(before) <= 155:
            yield f"prefix {shown}", member(last, content, kind, prefix=before, **more) + END
    yield f"pax {shown}", pax((b"path", name)) + member(b"ok", content, kind, **more) + END
    yield f"long {shown}", long_name(name) + member(b"ok", content, kind, magic=GNU, **more) + END


def _names(top: bytes) -> Iterator[Labelled]:
    for name in (*NAMES, top + b"/outside/x", b"/" + top + b"/outside/x"):
        yield from _named(name, EVIL, b"0")
        yield from _named(name + b"/x" if name == b"/" else name, b"", b"5", mode=0o755)
        yield from _named(name, b"", b"2", text=b"x")
        yield f"zip {name[:40]!r}", zipped(Zipped(name.rstrip(b"/") or b"/", EVIL))
        yield f"zip directory {name[:40]!r}", zipped(Zipped(name.rstrip(b"/") + b"/", mode=0o40755))
        yield f"zip link {name[:40]!r}", zipped(Zipped(name, b"x", 0o120777))
    for name in (b"a\0x", b"\0", b"a\0/../outside"):
        yield f"NUL {name!r}", member(name, EVIL) + END
        yield f"NUL pax {name!r}", pax((b"path", name)) + member(b"ok", EVIL) + END
        yield f"NUL long {name!r}", long_name(name) + member(b"ok", EVIL, magic=GNU) + END
        yield f"NUL zip {name!r}", zipped(Zipped(name, EVIL))
    yield "empty name", member(b"", EVIL) + END
    yield "empty zip name", zipped(Zipped(b"", EVIL))
    yield "file that ends like a directory", member(b"a/", EVIL) + END
    yield "old tar's directory", member(b"a/", b"", b"\0") + END


def _texts(top: bytes) -> Iterator[Labelled]:
    for text in (one.replace(b"TOP", top) for one in TEXTS):
        shown = f"link to {text[:40]!r}"
        if len(text) <= 100:
            yield shown, member(b"l", b"", b"2", text=text) + END
            yield f"{shown} then a write", member(b"l", b"", b"2", text=text) + member(b"l/x", EVIL) + END
        yield f"pax {shown}", pax((b"linkpath", text)) + member(b"l", b"", b"2", text=b"ok") + END
        yield f"long {shown}", long_name(text, b"K") + member(b"l", b"", b"2", text=b"ok", magic=GNU) + END
        yield f"zip {shown}", zipped(Zipped(b"l", text, 0o120777))
        yield f"deflated zip {shown}", zipped(Zipped(b"l", text, 0o120777, method=8))
    yield "link without a text", member(b"l", b"", b"2") + END
    yield "zip link without a text", zipped(Zipped(b"l", b"", 0o120777))
    yield "zip link with a NUL", zipped(Zipped(b"l", b"a\0b", 0o120777))


def _kinds(top: bytes) -> Iterator[Labelled]:
    for kind in KINDS:
        for text in (b"", b"ok", top + b"/outside/sentinel"):
            yield (
                f"kind {kind!r} to {text[-8:]!r}",
                member(b"ok", b"x") + member(b"n", b"", kind, text=text[:100]) + END,
            )
    for mode in (0o4755, 0o2755, 0o6755, 0o7777, 0o4644):
        yield f"mode {mode:o}", member(b"su", b"#!", mode=mode) + END
        yield f"zip mode {mode:o}", zipped(Zipped(b"su", b"#!", 0o100000 | mode))
    for kind in (0o010644, 0o020644, 0o060644, 0o140644, 0o150000, 0o170000):
        yield f"zip kind {kind:o}", zipped(Zipped(b"n", b"", kind))


def _twins(_top: bytes) -> Iterator[Labelled]:
    for one, two in TWINS:
        yield f"{one!r} {two!r}", member(one, b"1") + member(two, b"2") + END
        yield f"zip {one!r} {two!r}", zipped(Zipped(one, b"1"), Zipped(two, b"2"))
        yield f"link {one!r} {two!r}", member(one, b"", b"2", text=b"x") + member(two, b"2") + END
        yield f"{one!r} link {two!r}", member(one, b"1") + member(two, b"", b"2", text=b"x") + END
    yield "directory twice", member(b"a", b"", b"5") * 2 + END
    yield "file, then directory", member(b"a", b"1") + member(b"a", b"", b"5") + END
    yield "directory, then file", member(b"a", b"", b"5") + member(b"a", b"1") + END
    yield "a directory, a link in its place", member(b"d/x", b"1") + member(b"d", b"", b"2", text=b"e") + END


def _through_links(top: bytes) -> Iterator[Labelled]:
    for text in (b"..", b"../", top, b".", b"e", b"../outside"):
        link = member(b"d", b"", b"2", text=text[:100])
        yield f"write through {text[:9]!r}", link + member(b"d/outside", EVIL) + END
        yield f"mkdir through {text[:9]!r}", link + member(b"d/x", b"", b"5") + END
        yield f"chmod through {text[:9]!r}", link + member(b"d", b"", b"5", mode=0o777) + END
        yield f"write over {text[:9]!r}", link + member(b"d", EVIL) + END
        yield f"hard link to {text[:9]!r}", link + member(b"h", b"", b"1", text=b"d") + member(b"h", EVIL) + END
        zips = (Zipped(b"d", text, 0o120777), Zipped(b"d/outside", EVIL))
        yield f"zip write through {text[:9]!r}", zipped(*zips)
    yield "a path too long for realpath", _long_chain()
    hidden = member(b"a", b"", b"5") + member(b"a/s", b"", b"2", text=b"../../outside")
    yield "hard link to a deeper link", hidden + member(b"h", b"", b"1", text=b"a/s") + END
    yield (
        "`..` behind a link",
        member(b"d/e/l", b"", b"2", text=b"../..") + member(b"m", b"", b"2", text=b"d/e/l/..") + END,
    )


def _long_chain() -> bytes:
    """Links whose resolution is longer than a path can be, where checks give up and the kernel does not."""
    folder, made, path = b"d" * 247, b"", b""
    for step in (b"%c" % letter for letter in b"abcdefghijklmnop"):
        made += pax((b"path", path + folder)) + member(b"ok", b"", b"5")
        made += pax((b"path", path + step), (b"linkpath", folder)) + member(b"ok", b"", b"2", text=b"ok")
        path += folder + b"/"
    made += pax((b"path", b"/".join([b"a"] * 16) + b"/" + b"l" * 254), (b"linkpath", b"../" * 16)) + member(
        b"ok", kind=b"2"
    )
    return made + member(b"hl", b"", b"1", text=b"escape/outside") + END


def _sizes(_top: bytes) -> Iterator[Labelled]:
    negative = b"\xff" * 11 + b"\0"
    for label, raw in (
        ("negative", (-512 & (1 << 96) - 1).to_bytes(12, "big")),
        ("all ones", b"\xff" * 12),
        ("minus one", negative),
        ("huge", b"\x80" + b"\x7f" * 11),
        ("eight exbibytes", b"\x80" + (1 << 63).to_bytes(11, "big")),
        ("all sevens", b"77777777777\0"),
        ("letters", b"00000zz0000\0"),
        ("a minus", b"-0000000005\0"),
        ("nines", b"99999999999\0"),
        ("a space inside", b"0000 000005\0"),
    ):
        for kind in (b"0", b"5", b"2", b"x", b"L", b"g"):
            yield f"size {label} of {kind!r}", header(b"f", 0, kind, raw_size=raw, text=b"t" * (kind == b"2")) + END
    for kind in (b"5", b"2"):
        yield f"content of {kind!r}", header(b"f", 600, kind, text=b"t" * (kind == b"2")) + padded(b"x" * 600) + END
    for value in (b"0", b"1", b"6", b"-1", b"1e3", b"", b"9" * 30, b"5.0", b" 5", b"+5", b"0x5", b"99999999999"):
        yield f"pax size {value!r}", pax((b"size", value)) + member(b"f", b"12345") + END


def _extended(_top: bytes) -> Iterator[Labelled]:
    plain = member(b"ok", b"x")
    for key in (b"path", b"linkpath", b"size", b"GNU.sparse.major", b"GNU.sparse.name", b"GNU.sparse.realsize"):
        yield f"global {key!r}", pax((key, b"1"), kind=b"g") + plain + END
    for key in (b"GNU.sparse.map", b"GNU.sparse.size", b"GNU.sparse.numblocks", b"GNU.sparse.name", b"SCHILY.realsize"):
        yield f"pax {key!r}", pax((key, b"1099511627776")) + plain + END
    yield "pax key twice", pax((b"path", b"a"), (b"path", b"../b")) + plain + END
    yield "two pax headers", pax((b"path", b"a")) + pax((b"path", b"../b")) + plain + END
    yield "long and pax", long_name(b"a") + pax((b"path", b"b")) + plain + END
    yield "long twice", long_name(b"a") + long_name(b"b") + plain + END
    yield "pax and no member", pax((b"path", b"a")) + END
    yield "long and no member", plain + long_name(b"a") + END
    yield "pax of another charset", pax((b"hdrcharset", b"ISO-IR 8859 1")) + plain + END
    for label, content in (
        ("no length", b"path=a\n"),
        ("length 0", b"0 path=a\n"),
        ("length too long", b"99 path=a\n"),
        ("length too short", b"5 path=a\n"),
        ("no equals", b"7 path\n"),
        ("no newline", b"9 path=aa"),
        ("negative", b"-9 path=a\n"),
        ("long digits", b"9" * 400 + b" path=a\n"),
        ("arabic digits", "٩ path=a\n".encode()),
        ("NUL", record(b"path", b"a\0b")),
        ("empty path", record(b"path", b"")),
    ):
        yield f"pax {label}", member(b"p", content, b"x") + plain + END
    yield "incremental", member(b"f", b"x", magic=GNU, prefix=b"12345670123") + END
    yield "an extended header of 2 MiB", member(b"p", record(b"comment", b"x" * (2 << 20)), b"x") + plain + END


def _broken(_top: bytes) -> Iterator[Labelled]:
    whole = member(b"a/f", b"x" * 2000) + member(b"l", b"", b"2", text=b"a/f") + member(b"g", b"y" * 100) + END
    for cut in (1, 100, 257, 262, 400, 511, 512, 513, 1000, 2559, 2560, 3000, 3072, 3500, 4096, len(whole) - 512):
        yield f"cut at {cut}", whole[:cut]
    for tail in (b"x", b"\0" * 511 + b"x", member(b"h", EVIL), whole, b"\0" * 5120 + EVIL):
        yield f"goes on with {len(tail)} bytes {tail[:9]!r}", whole + tail
    yield "one empty block in the middle", whole[: -len(END)] + b"\0" * 512 + member(b"h", EVIL) + END
    yield "wrong checksum", header(b"f", checksum=1) + END
    yield "another magic", member(b"f", b"x", magic=b"ustar\x0001") + END
    yield "no magic", member(b"ok", b"x") + member(b"f", b"x", magic=b"\0" * 8) + END
    for label, raw in (
        ("nothing", b""),
        ("one byte", b"x"),
        ("zeros", END),
        ("words", b"hello world " * 99),
        ("PK", b"PK\3\4"),
    ):
        yield f"no archive: {label}", raw
    packers = (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress))
    for name, pack in packers:
        packed = pack(whole)
        for part in (1, 3, 5, 7, 9):
            yield f"{name} cut at {part}/10", packed[: len(packed) * part // 10]
        yield f"{name} cut at the end", packed[:-1]
        yield f"{name} goes on", packed + b"garbage"
        yield f"{name} goes on with a tar", packed + whole
        yield f"{name} goes on with a second", packed + pack(member(b"h", EVIL) + END)
        yield f"{name} of no tar", pack(b"hello world " * 99)
        yield f"{name} of a {name}", pack(packed)
        yield f"{name} of nothing", pack(b"")
        yield f"{name} with a changed byte", packed[:40] + bytes([packed[40] ^ 255]) + packed[41:]


def _bombs(_top: bytes) -> Iterator[Labelled]:
    zeros = member(b"f", b"\0" * (40 << 20)) + END
    yield "gz bomb", gzip.compress(zeros, 9)
    yield "bz2 bomb", bz2.compress(zeros)
    yield "xz bomb", lzma.compress(zeros)
    yield "zip bomb", zipped(Zipped(b"f", b"\0" * (40 << 20), method=8))
    yield "zip that lies low", zipped(Zipped(b"f", b"\0" * (1 << 20), method=8, size=10))
    yield "zip that lies high", zipped(Zipped(b"f", b"\0" * 1000, method=8, size=100_000))
    kernel = zipped(Zipped(b"f", b"\0" * (1 << 20), method=8), Zipped(b"g", b"\0" * (1 << 20), method=8, offset=0))
    yield "zip whose members overlap", kernel
    yield (
        "sparse 1.0",
        pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.realsize", b"1099511627776"))
        + member(b"big", b"1\n1099511627775\n1\n".ljust(512, b"\0") + b"x")
        + END,
    )
    yield "many names", b"".join(header(b"d%d" % one) for one in range(3000)) + END
    yield "a terabyte", header(b"f", raw_size=b"\x80" + (1 << 40).to_bytes(11, "big")) + b"x" * 512 + END


def _zips(_top: bytes) -> Iterator[Labelled]:
    good = Zipped(b"f", b"hello")
    for label, one in (
        ("another local name", good._replace(local_name=b"g")),
        ("a local name that leads out", good._replace(local_name=b"../outside")),
        ("another local size", good._replace(local_size=4)),
        ("a wrong checksum", good._replace(crc=1)),
        ("encryption", good._replace(flags=0x0801)),
        ("strong encryption", good._replace(flags=0x0840)),
        ("a hidden directory", good._replace(flags=0x2800)),
        ("an unknown method", good._replace(method=99)),
        ("lzma", good._replace(method=14)),
        ("bytes before", good._replace(before=b"x")),
        ("bytes behind", good._replace(behind=b"x")),
        ("a size that is not stored", good._replace(size=4)),
        ("a place elsewhere", good._replace(offset=3)),
        ("a place far away", good._replace(offset=1 << 31)),
        ("a directory with content", good._replace(name=b"d/", mode=0o40755)),
        ("a directory without a slash", good._replace(mode=0o40755, content=b"")),
        ("a file with a slash", good._replace(name=b"d/")),
        ("a DOS directory without a slash", good._replace(system=0, mode=0, attributes=0x10)),
        ("a backslash", good._replace(name=b"..\\outside")),
        ("a drive", good._replace(name=b"C:\\outside")),
        ("a name of no encoding", good._replace(name=b"caf\xe9", flags=0)),
        ("a name that is not UTF-8", good._replace(name=b"caf\xe9")),
        ("a better name", good._replace(extra=_better_name(b"f", b"../outside"))),
        ("an extra field that ends early", good._replace(extra=b"\1\0\xff\0")),
        ("a descriptor that is not announced", good._replace(behind=struct.pack("<3L", zlib.crc32(b"hello"), 5, 5))),
        ("a false descriptor", good._replace(flags=0x0808, behind=struct.pack("<3L", 1, 5, 5))),
        ("a long link", Zipped(b"l", b"a" * 5000, 0o120777)),
    ):
        yield f"zip with {label}", zipped(one)
    whole = zipped(good, Zipped(b"g", b"there"))
    for cut in (4, 20, 35, 60, 90, 120, len(whole) - 22, len(whole) - 1):
        yield f"zip cut at {cut}", whole[:cut]
    yield "zip that goes on", whole + b"x"
    yield "zip that goes on with a zip", whole + whole
    yield "zip behind a program", b"#!/bin/sh\n" + whole
    yield "zip with an unexplained beginning", zipped(good, before=b"PK\3\4 something")
    yield "zip of more than there is", zipped(good, count=2)
    yield "zip of fewer than there are", zipped(good, Zipped(b"g", b"x"), count=1)
    yield "empty zip", zipped()
    yield "zip with two ends", whole[:-2] + struct.pack("<H", 22) + zipped()


def _better_name(raw: bytes, name: bytes) -> bytes:
    content = b"\1" + struct.pack("<L", zlib.crc32(raw)) + name
    return struct.pack("<2H", 0x7075, len(content)) + content


def _packed(top: bytes) -> Iterator[Labelled]:
    """What is evil in a plain tar is evil in a compressed one."""
    for label, raw in (*_kinds(top), *_through_links(top)):
        if not label.startswith("zip"):
            stream = io.BytesIO()
            with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packing:
                packing.write(raw)
            yield f"gz {label}", stream.getvalue()


def honest() -> list[bytes]:
    """Archives that are well, as seeds for `mutants`."""
    tar = (
        member(b"./", b"", b"5", mode=0o755)
        + pax((b"path", b"a/" + b"n" * 120), (b"mtime", b"1.5"))
        + member(b"ok", b"x" * 700)
        + long_name(b"b/" + b"m" * 130)
        + member(b"ok", b"#!", mode=0o755, magic=GNU)
        + member(b"a/l", b"", b"2", text=b"../b")
        + END
    )
    zips = zipped(Zipped(b"a/", mode=0o40755), Zipped(b"a/f", b"x" * 700, method=8), Zipped(b"l", b"a/f", 0o120777))
    return [tar, zips, gzip.compress(tar, mtime=0), bz2.compress(tar), lzma.compress(tar)]


def mutants(count: int, seed: int) -> Iterator[Labelled]:
    """Honest archives with some bytes changed, cut out, doubled or exchanged; SEED and number replay each."""
    seeds = honest()
    for number in range(count):
        chance = random.Random(f"{seed}:{number}")
        made = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(made))
            act = chance.randrange(4)
            if act == 0:
                made[at] ^= 1 << chance.randrange(8)
            elif act == 1:
                made[at] = chance.choice(b"\0/.\xff7 ")
            elif act == 2:
                del made[at : at + chance.choice((1, 8, 512))]
            else:
                made[at:at] = made[at : at + chance.choice((1, 8, 512))]
            if not made:
                break
        yield f"mutant {seed}:{number}", _summed(bytes(made))


def _summed(raw: bytes) -> bytes:
    """RAW with the checksum of its first header right, so that a changed field is believed."""
    if raw[257:262] != b"ustar" or len(raw) < 512:
        return raw
    block = raw[:148] + b" " * 8 + raw[156:512]
    return raw[:148] + b"%06o\0 " % sum(block) + raw[156:]
