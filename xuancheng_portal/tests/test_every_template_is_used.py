"""A template that nothing names is dead."""

import re
from pathlib import Path

from django.conf import settings

# Django and our settings name these by convention.
BY_CONVENTION = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}


def test_every_template_is_named_somewhere():
    folder = Path(settings.BASE_DIR, "templates")
    templates = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    sources = [path.read_text() for app in Path(settings.BASE_DIR).iterdir() if (app / "__init__.py").exists() for path in app.rglob("*.py")]
    sources += [path.read_text() for path in templates.values()]
    named = set(re.findall(r"""["']([\w/.-]+\.(?:html|txt|svg|xml))["']""", "\n".join(sources)))

    assert set(templates) - named - BY_CONVENTION == set()
