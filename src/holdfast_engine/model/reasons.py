"""Why something lies in the attic: a code word on disk, a sentence for people.

Whoever improves a sentence breaks no old site: what earlier versions wrote, the sentence itself, is read as its word.
"""

from __future__ import annotations

MERGED, EQUAL, COPIED = "merged", "equal", "copied"
FOREIGN_LINK, SHARED_LINK = "foreign-link", "shared-link"
NEWER, ELDER, ANOTHER, LIVE_WON, LIVE_LINK, IN_THE_WAY = (
    "newer",
    "elder",
    "another",
    "live-won",
    "live-link",
    "in-the-way",
)
EMPTIED, SAME, SHIPPED, OLDER, SAVED = "emptied", "same", "shipped", "older", "saved"
ORPHAN, REPLACED, ALONE, BUILT = "orphan", "replaced", "alone", "built"
DELETED, REWRITTEN, OVERTAKEN, SHIPPED_TOO = "deleted", "rewritten", "overtaken", "shipped-too"
DROPPED, OTHER_KIND = "dropped", "other-kind"

SENTENCES = {
    MERGED: "merged into shared/",
    EQUAL: "equal to what is shared",
    COPIED: "copied into shared/ from another file system",
    FOREIGN_LINK: "another tool's link was here",
    SHARED_LINK: "a link was at a shared path",
    NEWER: "the live release held a newer version",
    ELDER: "a newer version was saved in a place that is still written to",
    ANOTHER: "another version is shared",
    LIVE_WON: "the live release held another version",
    LIVE_LINK: "the live release held a link to elsewhere",
    IN_THE_WAY: "a directory is needed here",
    EMPTIED: "a directory of a document root whose content was moved into the site",
    SAME: "equal to what the live release serves",
    SHIPPED: "saved in a document root, where the live release serves its own",
    OLDER: "saved in a document root, before what is served",
    SAVED: "a newer version was saved in a document root",
    ORPHAN: "was in shared/ without its database",
    REPLACED: "replaced by a restore",
    ALONE: "was in the way of a restored database, and belongs to none",
    BUILT: "a build makes this path",
    DELETED: "deleted on the server by the application or a person",
    REWRITTEN: "replaced on the server by a newer file of this name",
    OVERTAKEN: "a newer version of it is carried along",
    DROPPED: "dropped with `review`",
    OTHER_KIND: "was in the place of data of another kind, a file for a directory or a directory for a file",
    SHIPPED_TOO: "the version that the release ships: the server's own stays",
}
FORMER = {
    "a link of another tool stood here": FOREIGN_LINK,
    "a link stood at a shared path": SHARED_LINK,
    "a directory of a document root whose content was brought home": EMPTIED,
    "stood in shared/ without its database": ORPHAN,
    "stood where a database was put back, and belongs to none": ALONE,
    "a build makes this path itself": BUILT,
    "the release ships this path, and the server's own version stays": SHIPPED_TOO,
}
"""Sentences as earlier versions wrote them."""
_WORDS = {**FORMER, **{sentence: word for word, sentence in SENTENCES.items()}}


def sentence(reason: str) -> str:
    """REASON for people: of a code word its sentence; what has details is a sentence already."""
    return SENTENCES.get(reason, reason)


def word(reason: str) -> str:
    """REASON as it is on disk today, whichever version wrote it."""
    return _WORDS.get(reason, reason)
