"""What the source's shape says: directories that exist to be written to, and names that mean data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from holdfast_engine.model.expressions import expression
from holdfast_engine.model.listing import DIR, Listing
from holdfast_engine.rules.names import words
from holdfast_engine.rules.shape_given import is_default, is_generated
from holdfast_engine.rules.shape_ignores import Ignores
from holdfast_engine.rules.shape_patterns import lineage, within

_KEEPERS = words("placeholders")
_GUARDS = words("guards")
_GUARD_PAGES = {"index.html": (0, 512), "index.htm": (0, 512), "index.php": (1, 2048), "__init__.py": (0, 0)}
"""Pages that may only keep a directory from being listed, by size; what they say decides."""
_CALLS = rb"(?:header|http_response_code|exit|die|defined)\s*(?:\((?:[^()'\"]|'[^']*'|\"[^\"]*\"|\([^()]*\))*\))?"
_MARKUP = expression(
    rb"<title>.*?</title>|<\?php|/\*.*?\*/|<!--.*?-->|<[^>]*>|(?://|\#)[^\n]*|"
    + _CALLS
    + rb"\s*(?:;|\bor\b|\|\|)|\?>|\s+|;",
    re.IGNORECASE | re.DOTALL,
)
"""What is no word to a reader: markup, comments, and calls that send somebody away or end."""
_KEEPS_OUT = expression(rb"forbidden|denied|silence|not allowed|nothing", re.IGNORECASE)
_SHORT = 512
"""In bytes: a longer page that has a word to read is a page, whatever the word is."""
EXAMPLE = expression(r"\.(?:example|sample|dist)(?:\.|$)|^sample\.")

UPLOAD_NAMES = words("upload-names")
"""Names that mean data even when pictures to stand for a user's are shipped below them."""
DATA_NAMES = UPLOAD_NAMES | words("data-names")
"""Names that mean data only where nothing is shipped."""
_CODE_NAMES = words("code-names")
_CODE_ENDINGS = tuple(sorted(words("code-endings") | words("authors-endings")))
_NOT_WRITTEN = words("not-written")
_OUTPUT = words("output-names")
_THEMES = words("design-names")
_BUILT_IN_WEB = frozenset(
    ("css", "js", "javascript", "styles", "scripts", "fonts", "i18n", "lang", "locales", "bundles")
)
"""Where builds put what browsers read, in the web root; so a placeholder there keeps a place for them."""
_CODE_TO_COME = _BUILT_IN_WEB | {"modules", "themes", "theme", "plugins", "profiles", "skins", "templates", "libraries"}
_NEVER_GIVEN = _NOT_WRITTEN | words("package-directories") | words("generators-own") - {"assets"}
_NEVER_GIVEN |= {"src", "docs", "doc", "fixtures", "seeds", "stubs", "vendor", "theme", "themes", "demo", "plugins"}
"""Below these authors and builds keep files with such names as applications make up."""
_ANYTHING = "a-name-that-nobody-uses"


def says_nothing(page: bytes) -> bool:
    """True for a PAGE without a word to read but, on a short one, that nobody may read here."""
    return not _MARKUP.sub(b"", page) or (len(page) <= _SHORT and _KEEPS_OUT.search(page) is not None)


class Shape:
    """Answers about one listing; everything is read from names and from small `.gitignore` files. ROOTS are the
    directories of its applications.
    """

    def __init__(self, listing: Listing, ignores: Ignores, *, web_root: str = "", roots: Iterable[str] = ()) -> None:
        self._listing = listing
        self._ignores = ignores
        self._web_root = web_root
        self._roots = tuple(roots)
        self._judged: dict[str, bool] = {}

    def placeholder(self, path: str) -> bool:
        """True when the file at PATH is only there to keep its directory, or to guard it."""
        name = path.rpartition("/")[2].lower()
        if name in _KEEPERS or name in _GUARDS or EXAMPLE.search(name):
            return True
        least, most = _GUARD_PAGES.get(name, (0, -1))
        if most > 0 and self._listing.entries[path].size == 0 and self._ignores.excepts(path):
            return True  # the source ignores what is beside it, and keeps the directory by it
        return least <= self._listing.entries[path].size <= most and self._says_nothing(path)

    def _says_nothing(self, path: str) -> bool:
        """True for a page without a word to read but that nobody may read here; a small real page is code."""
        if self._listing.entries[path].size == 0:
            return True
        content = self._listing.content(path)
        return content is not None and says_nothing(content)

    @cached_property
    def _real(self) -> dict[str, int]:
        """Directories with the number of files below them that are more than placeholders."""
        count: dict[str, int] = {}
        for path, entry in self._listing.entries.items():
            if entry.kind != DIR and not self.placeholder(path):
                for above in lineage(path)[1:]:
                    count[above] = count.get(above, 0) + 1
        return count

    @cached_property
    def _kept(self) -> frozenset[str]:
        """Directories below which a placeholder proper lies, not just a guard."""
        keepers = (path for path in self._listing.entries if path.rpartition("/")[2].lower() in _KEEPERS)
        return frozenset(above for path in keepers for above in lineage(path)[1:])

    def _written(self, path: str) -> bool:
        """True when the source ignores whatever would be put into PATH, and PATH is no place for tools."""
        tools = any(name.startswith(".") or name in _NOT_WRITTEN for name in self._names(path))
        return not tools and bool(self._ignores.ignored(f"{path}/{_ANYTHING}"))

    def ships_code(self, path: str) -> bool:
        """True when PATH is a file of the source, or a directory with more than placeholders below it."""
        kind = self._listing.kind(path)
        return kind is not None and (kind != DIR or path in self._real)

    def holds_program(self, path: str) -> bool:
        """True when a file that is shipped at or below PATH looks like code."""
        return path in self._at_or_above_programs

    @cached_property
    def _at_or_above_programs(self) -> frozenset[str]:
        files = (path for path, entry in self._listing.entries.items() if entry.kind != DIR)
        programs = (path for path in files if path.lower().endswith(_CODE_ENDINGS) and not self.placeholder(path))
        return frozenset(here for path in programs for here in lineage(path))

    def is_conventional(self, path: str) -> bool:
        """True when a name in PATH is one that authors give to what they write themselves."""
        names = path.lower().split("/")
        return any(name in _CODE_NAMES or name in _THEMES or name in _NOT_WRITTEN for name in names)

    def awaits_writing(self, path: str) -> str:
        """Why PATH exists to be written to, or nothing.

        A directory of which the source ignores every content says so anywhere. A `.gitkeep`, a
        guard page or being empty says so only outside directories that hold code by convention.
        """
        if self._listing.kind(path) != DIR or path in self._real or self._holds_submodule(path):
            return ""
        if self._is_around_one(path) or self._is_around_links(path) or self._is_built(path):
            return ""
        if self.is_kept_open(path):
            return "ships only a placeholder and all else in it is ignored"
        inner = self._in_web_root(path)
        if self._written(path) and (not inner or self._plain_above(path)):
            return "ships nothing, and all its content is ignored"
        if not (self._plain_above(path) and (inner or self._plain(path))) or self._awaits_code(path):
            return ""
        if not self._listing.children.get(path):
            return "is empty"
        return "ships only a placeholder" if inner or path in self._kept else ""

    def _is_around_one(self, path: str) -> bool:
        """True for a directory with nothing in it but one that waits itself: what comes beside that one later is judged
        by itself.
        """
        inside = self._listing.children.get(path, ())
        only = f"{path}/{inside[0]}" if len(inside) == 1 else ""
        return bool(only) and (self._is_built(only) or bool(self.awaits_writing(only)))

    def _is_around_links(self, path: str) -> bool:
        """True for a directory that looks empty because what it holds are links to data, each shared by itself."""
        return path in self._listing.around and not self._listing.children.get(path)

    def _is_built(self, path: str) -> bool:
        return bool(self._in_web_root(path)) and path.rpartition("/")[2].lower() in _BUILT_IN_WEB

    def _awaits_code(self, path: str) -> bool:
        """True for a name under which an author or a build will put code, as `web/js` or `sites/default/modules`."""
        return path.rpartition("/")[2].lower() in _CODE_TO_COME

    def is_kept_open(self, path: str) -> bool:
        """True for a directory with a placeholder alone of which the source ignores the content, and not the place."""
        if self._listing.kind(path) != DIR or path in self._real or path not in self._kept:
            return False
        if self._is_built(path):
            return False
        inside = f"{path}/{_ANYTHING}"
        tools = any(name.startswith(".") or name in _NOT_WRITTEN - _OUTPUT for name in self._names(path))
        return not tools and self._ignores.top(inside) == inside

    def _holds_submodule(self, path: str) -> bool:
        """True when another repository belongs at or below PATH: it is empty because a copy of the source lacks it."""
        return any(f"{one}/".startswith(f"{path}/") for one in self._listing.submodules)

    def named_for_data(self, path: str) -> bool:
        """True when the name of PATH means data and nothing shipped there speaks against it. Each is judged once: all
        that lies below it asks.
        """
        if path not in self._judged:
            self._judged[path] = self._is_named_for_data(path)
        return self._judged[path]

    def _is_named_for_data(self, path: str) -> bool:
        name = path.rpartition("/")[2].lower()
        if name not in DATA_NAMES or not self._plain_above(path):
            return False
        if not self.ships_code(path):
            return not self._holds_submodule(path)
        return self._may_hold_data(path, name)

    def may_hold_data(self, path: str) -> bool:
        """True when what is shipped below PATH, if anything, does not speak against that the directory is for data: its
        name alone never makes an author's file a user's (G2).
        """
        return not self.ships_code(path) or self._may_hold_data(path, path.rpartition("/")[2].lower())

    def _may_hold_data(self, path: str, name: str) -> bool:
        """True where the source ignores the directory, or whatever comes into it, or all in it has names that an
        application made up; below a name for uploads a counter is one, and pictures that stand for a user's tell
        nothing.
        """
        if self.holds_program(path):
            return False
        if self._ignores.ignored(path, is_dir=True) or self._ignores.ignored(f"{path}/{_ANYTHING}"):
            return True
        files = [one.rpartition("/")[2] for one in self._listing.files_below(path) if not self.placeholder(one)]
        uploads = name in UPLOAD_NAMES
        if uploads and self._listing.lived_in:
            return True  # what stands there came with the site, or from its users: unknown is data
        return all(is_generated(one, counted=uploads) or (uploads and is_default(one)) for one in files)

    def was_given(self, path: str) -> bool:
        """True for a directory in what is served in which every file, of at least two, is media or office under a name
        that an application made up, whatever the directory is called: uploads that were committed with the rest.
        """
        if path not in self._full_of_generated or not _NEVER_GIVEN.isdisjoint(path.lower().split("/")):
            return False
        return not self._web_root or bool(self._in_web_root(path))

    @cached_property
    def _full_of_generated(self) -> frozenset[str]:
        generated: dict[str, int] = {}
        for path, entry in self._listing.entries.items():
            if entry.kind != DIR and is_generated(path.rpartition("/")[2]):
                for above in lineage(path)[1:]:
                    generated[above] = generated.get(above, 0) + 1
        return frozenset(path for path, count in generated.items() if 1 < count == self._real.get(path))

    def lies_among_code(self, path: str) -> bool:
        """True when a name above PATH is one that authors give to what they write."""
        return not self._plain_above(path)

    def _names(self, path: str) -> list[str]:
        """The names of PATH within its application, in lower case."""
        return within(path, self._roots).lower().split("/")

    def _in_web_root(self, path: str) -> str:
        """The rest of PATH below a web root that is not the whole application; empty elsewhere."""
        top = self._web_root + "/"
        return path[len(top) :] if self._web_root and path.startswith(top) else ""

    def _plain(self, path: str) -> bool:
        """True when no name of PATH says that it holds code or is a tool's own."""
        return not any(name.startswith(".") or name in _CODE_NAMES for name in self._names(path))

    def _plain_above(self, path: str) -> bool:
        inner = self._in_web_root(path)
        above = inner.lower().split("/")[:-1] if inner else self._names(path)[:-1]
        return not any(name.startswith(".") or name in _CODE_NAMES or name in _THEMES for name in above)
