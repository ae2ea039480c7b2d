"""Pages as a terminal shows them."""

from __future__ import annotations

import re

import pytest

from guides.page import DOCS, pages
from holdfast.cli.render.markdown import told

PAGE = """# A page

<!-- follow: world=site user=root -->

A paragraph with a [link](guides/x.md) that goes
on in the source.

1. **First** of two items that is so long that it has to be folded at forty columns.
2. Second.

| word | what it is |
| --- | --- |
| live | the release that visitors see |

```sh
holdfast deploy --site /var/www/club --source /srv/club.git --ref v1
```
"""


def test_a_page_is_folded_and_what_is_typed_is_not():
    """H: all of the documentation offline, folded for terminals."""
    assert [line.text for line in told(PAGE, 40)] == [
        "# A page",
        "",
        "A paragraph with a link that goes on in",
        "the source.",
        "",
        "1. First of two items that is so long",
        "   that it has to be folded at forty",
        "   columns.",
        "2. Second.",
        "",
        "  word  what it is",
        "  live  the release that visitors see",
        "",
        "    holdfast deploy --site /var/www/club --source /srv/club.git --ref v1",
    ]


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(DOCS.parent)))
@pytest.mark.parametrize("columns", [60, 100])
def test_no_word_of_any_page_is_lost_by_folding(path, columns):
    """H: what is read offline is what was reviewed: each word but marks, in its order."""
    shown = " ".join(line.text for line in told(path.read_text(), columns)).split()
    words = [word for word in re.sub(r"<!--.*?-->", "", path.read_text(), flags=re.DOTALL).split() if word.isalpha()]
    at = iter(shown)
    assert [word for word in words if word not in at] == []
