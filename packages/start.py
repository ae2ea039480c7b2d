"""The start of a program in one file: it runs, or one sentence says which Python it needs.

Whatever Python a host has must be able to read this to its end, so it is written in what all of
them share: no annotations, no f-strings, nothing from `__future__`.
"""

import os
import re
import subprocess
import sys

OLDER = (3, 9)
"""The first Python that runs holdfast-engine.pyz."""


def start(module, needed):
    """Run MODULE as a program, from the Python NEEDED on; an older one says what to type, and changes nothing."""
    if sys.version_info[:2] < needed:
        sys.stderr.write(refusal(sys.argv, sys.version_info[:2], needed) + "\n")
        sys.exit(40)
    import runpy

    runpy.run_module(module, run_name="__main__")  # the name in `sys.argv` stays as it was typed


def refusal(words, version, needed):
    """What is said of the command line WORDS, which a Python of VERSION cannot run."""
    told = "error[python-old]: this is Python {}.{}, and {} needs {}.{} or newer; nothing was changed; ".format(
        *(version + (os.path.basename(words[0]),) + needed)
    )
    found, older = newest(needed), older_one(words[0])
    if not found and older and version >= OLDER:
        return told + "type: " + _typed(["python3", older] + words[1:]) + ", the same for older Pythons"
    return told + ("type: " + _typed([found] + words) if found else "none is in PATH: " + bringing(needed, _system()))


def older_one(path):
    """The file for older Pythons, where it lies beside PATH, or nothing."""
    beside = os.path.join(os.path.dirname(path), "holdfast-engine.pyz")
    return beside if os.path.basename(path) != os.path.basename(beside) and os.path.isfile(beside) else ""


def newest(needed):
    """The name of the newest Python in PATH that is at least NEEDED, or nothing.

    Each is run before it is believed: a shim may stand for an interpreter that is not there.
    """
    folders = filter(os.path.isdir, os.environ.get("PATH", os.defpath).split(os.pathsep))
    names = [name for folder in folders for name in os.listdir(folder) if re.match(r"python3(\.\d+)?$", name)]
    found = max([(_version(name), name) for name in set(names)] or [((0, 0), "")])
    return found[1] if found[0] >= needed else ""


def bringing(needed, system):
    """What to type where no Python that is NEEDED can be found, by what a host says that its SYSTEM is."""
    known = set(re.findall(r"[a-z]+", " ".join(re.findall(r"(?m)^ID(?:_LIKE)?=(.*)$", system))))
    debian = "`sudo apt-get install python{}.{}`".format(*needed)
    fedora = "`sudo dnf install python{}.{}`".format(*max(needed, (3, 11)))
    if "debian" in known:
        return debian + " brings one, where this release of the system has it"
    if known & {"rhel", "fedora"}:
        return fedora + " brings one"
    return debian + " (Debian, Ubuntu) or " + fedora + " (AlmaLinux, Rocky Linux) brings one"


def _version(name):
    asked = [name, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        ran = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = re.match(r"(\d+)\.(\d+)$", ran.communicate()[0].decode("ascii").strip())
    except (OSError, ValueError):
        return (0, 0)
    return (int(said.group(1)), int(said.group(2))) if said and ran.returncode == 0 else (0, 0)


def _system():
    try:
        with open("/etc/os-release") as file:
            return file.read()
    except (OSError, IOError, ValueError):
        return ""


def _typed(words):
    """WORDS as a shell reads them."""
    plain = re.compile(r"[\w@%+=:,./-]+$")
    return " ".join(word if plain.match(word) else "'" + word.replace("'", "'\"'\"'") + "'" for word in words)
