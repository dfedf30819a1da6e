"""The README and the handbooks lead somewhere, and every picture is shown."""

import re

from django.conf import settings

PAGES = [settings.BASE_DIR / "README.md", *sorted((settings.BASE_DIR / "docs").glob("*.md"))]


def targets(page):
    """Files that a page's links and pictures name."""
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    return {(page.parent / link).resolve() for link in links if "://" not in link}


def test_every_link_of_the_documentation_leads_to_a_file():
    missing = [f"{page.name}: {path}" for page in PAGES for path in targets(page) if not path.exists()]

    assert not missing


def test_every_picture_is_shown_in_a_handbook():
    shown = set().union(*map(targets, PAGES))

    assert not {picture.name for picture in (settings.BASE_DIR / "docs/images").glob("*.png") if picture.resolve() not in shown}
