"""One room of the engine changes disks: `fs/`. Everything else asks it to (G1, G9)."""

from __future__ import annotations

import ast

import pytest

from house.source_tree import modules

ENGINE = modules("holdfast_engine")
OUTSIDE = [
    module
    for module in ENGINE
    if module.room != "fs" and module.name != "holdfast_engine/streams.py"  # which opens the null device alone
]

CHANGING = frozenset(
    """
    chmod chown copy_file_range fchmod fchown fdatasync fsync ftruncate lchmod lchown link makedirs mkdir mkfifo mknod
    posix_fallocate pwrite pwritev remove removedirs removexattr rename renames replace rmdir sendfile setxattr symlink
    sync truncate unlink utime write writev
    """.split()
)
STARTING = frozenset(
    "abort execl execle execlp execv execve execvp fork forkpty popen posix_spawn spawnl spawnv system".split()
)
WRITING_FLAGS = frozenset({"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE", "O_EXCL"})
WRITING_METHODS = frozenset({"write_text", "write_bytes"})


def called(node):
    """`os.rename(…)` as ("os", "rename"), `open(…)` as ("", "open")."""
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.value.id, node.func.attr
    return ("", node.func.id) if isinstance(node.func, ast.Name) else ("", "")


def constants():
    """Module-level names of the whole engine with the expression they stand for."""
    found = {}
    for module in ENGINE:
        for node in module.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found[module.name, node.targets[0].id] = node.value
                found.setdefault(("", node.targets[0].id), node.value)
    return found


CONSTANTS = constants()


def may_write(module, flags):
    """True unless every part of the flags of `os.open` is known, and none of them writes."""
    if isinstance(flags, ast.BinOp):
        return may_write(module, flags.left) or may_write(module, flags.right)
    if isinstance(flags, ast.Attribute):
        return flags.attr in WRITING_FLAGS
    if isinstance(flags, ast.Name):
        known = CONSTANTS.get((module.name, flags.id)) or CONSTANTS.get(("", flags.id))
        return known is None or may_write(module, known)
    return True


def opens_for_writing(module, node):
    owner, name = called(node)
    if (owner, name) == ("os", "open"):
        return may_write(module, node.args[1])
    if name in ("open", "fdopen"):
        modes = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "mode")]
        return any(not isinstance(mode, ast.Constant) or set(str(mode.value)) & set("wax+") for mode in modes)
    return False


def offences(module):
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield node.lineno, "from os import"
        if isinstance(node, ast.Call):
            owner, name = called(node)
            if owner == "os" and (name in CHANGING or name in STARTING):
                yield node.lineno, f"os.{name}"
            elif opens_for_writing(module, node):
                yield node.lineno, "opens for writing"
            elif (
                owner != "os"
                and isinstance(node.func, ast.Attribute)
                and node.func.attr
                in WRITING_METHODS
                & {
                    "write_text",
                    "write_bytes",
                }
            ):
                yield node.lineno, node.func.attr


def test_no_other_room_changes_a_disk():
    """G1: a change that does not go through `fs/` is a change that no rule of `fs/` holds for."""
    assert [f"{module.name}:{line} {what}" for module in OUTSIDE for line, what in offences(module)] == []


def test_no_other_room_reaches_the_kernel_past_python():
    """`ctypes` can rename, exchange and unlink without this test seeing it."""
    found = [(module.name, name.split(".")[0]) for module in OUTSIDE for _, name in module.imports()]
    assert [user for user, name in found if name in {"ctypes", "mmap"}] == []


def test_whole_trees_are_deleted_in_one_file():
    """DESIGN 5: taking away is a deletion from the trash alone, in `fs/discard`."""
    users = {
        module.name
        for module in ENGINE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) in {("os", "rmdir"), ("os", "removedirs"), ("shutil", "rmtree")}
    }
    assert users <= {"holdfast_engine/fs/discard.py"}


@pytest.mark.parametrize(
    "text",
    [
        "os.rename(a, b)",
        "open(a, 'w')",
        "open(a, mode='r+b')",
        "open(a, mode)",
        "os.open(a, os.O_RDONLY | os.O_CREAT)",
        "os.open(a, flags)",
        "path.write_text(a)",
        "from os import rename",
        "os.system(a)",
    ],
)
def test_this_test_sees_what_it_is_for(text):
    """A guard that never bites is none."""

    class Example:
        name = "example.py"
        tree = ast.parse(text)

    assert list(offences(Example))


@pytest.mark.parametrize("text", ["open(a)", "open(a, 'rb')", "os.open(a, os.O_RDONLY | os.O_DIRECTORY)", "os.stat(a)"])
def test_reading_is_free(text):
    """Every room may look."""

    class Example:
        name = "example.py"
        tree = ast.parse(text)

    assert list(offences(Example)) == []
