"""Every guide, followed to the letter: each block is typed as it stands, users write all the while, and nothing of
theirs is lost (G1, G2).
"""

from __future__ import annotations

import pytest

from guides import page
from guides.follow import follow
from lib.inner_words import INNER, plain
from lib.mounts import may_mount, tell

PAGES = [path for path in page.pages() if page.read(path).follow]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(page.DOCS.parent)))
@pytest.mark.skipif(bool(may_mount()), reason=may_mount())
def test_a_guide_leads_where_it_says_and_no_user_s_file_is_lost(path):
    """G1, G2: the files that were there before, and one more to each place after each block."""
    ended = tell(follow, str(path))
    assert ended.code == 0, ended.text
    assert ended.gone == [], ended.text
    assert ended.unlike == [], ended.text
    shown = "\n".join(line for line in ended.text.splitlines() if not line.startswith("{"))
    assert sorted(set(INNER.findall(plain(shown)))) == [], ended.text
