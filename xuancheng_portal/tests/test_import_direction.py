"""Apps stand in one line, and each imports only from its left."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

LINE = ["accounts", "campaigns", "standards", "applications", "inspections", "results", "xuancheng_portal"]
# The Celery app is how tasks find their queue; it knows nothing of ours.
ALLOWED = {"xuancheng_portal.celery"}


def first_party_imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        yield from ((node.lineno, name) for name in names if name.split(".")[0] in LINE and name not in ALLOWED)


@pytest.mark.parametrize("app", LINE)
def test_an_app_imports_only_from_its_left(app):
    to_the_right = LINE[LINE.index(app) + 1:]

    wrong = [
        f"{path.relative_to(settings.BASE_DIR)}:{line} imports {name}"
        for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py"))
        for line, name in first_party_imports(path)
        if name.split(".")[0] in to_the_right
    ]

    assert not wrong


@pytest.mark.parametrize("app", LINE)
def test_no_function_imports_from_another_app_of_ours(app):
    """An import inside a function is how a circle survives."""
    wrong = []
    for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for node in ast.walk(function):
                    module = getattr(node, "module", None) if isinstance(node, ast.ImportFrom) else None
                    if module and module.split(".")[0] in LINE:
                        wrong.append(f"{path.relative_to(settings.BASE_DIR)}:{node.lineno} imports {module}")

    assert not wrong
