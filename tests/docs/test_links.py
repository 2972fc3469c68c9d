"""Links between the pages lead somewhere, and every page can be reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from .page import anchors, links
from .test_examples import PAGES, ROOT


def linked(page: Path) -> list[tuple[Path, str]]:
    """Return (file, anchor) of every link in the page that stays inside the project."""
    inside = [target.partition("#") for target in links(page) if "://" not in target]
    return [((page.parent / file).resolve() if file else page, anchor) for file, _, anchor in inside]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    """The file is there, and so is the heading."""
    broken = [
        f"{file.name}#{anchor}"
        for file, anchor in linked(page)
        if not file.exists() or (anchor and anchor not in anchors(file))
    ]
    assert broken == []


def test_every_page_can_be_reached() -> None:
    """Whoever follows links from README.md comes to every page."""
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached:
            reached.add(page)
            ahead += [file for file, _ in linked(page) if file.suffix == ".md" and file.exists()]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []
