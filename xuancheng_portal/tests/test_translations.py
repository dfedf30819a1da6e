"""Every string people read has its English, and the two agree on what they fill in."""

import ast
import gettext
import re
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import override

MARKS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2, "pgettext": 2}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What the office types into the texts of its papers is Chinese in any language: marks, placeholders, a document number;
# and so are the headings, words and lines of the tables and notices it hands in.
TYPED = re.compile(
    r"【[^】]*】|\{\{ [^}]* \}\}|[类位项]\.[\u4e00-\u9fff]+|“\w+〔\d+〕\d+号”|“(?:日期|是否上班|说明|是|否|人民政府|人工登记|[^”]*元旦：[^”]*)”"
)


def catalogue():
    with Path(settings.BASE_DIR, "locale/en/LC_MESSAGES/django.mo").open("rb") as file:
        return {key if isinstance(key, str) else key[0]: text for key, text in gettext.GNUTranslations(file)._catalog.items()}


def python_files():
    for app in sorted(Path(settings.BASE_DIR).iterdir()):
        if (app / "__init__.py").exists():
            yield from (path for path in sorted(app.rglob("*.py")) if "tests" not in path.parts and "migrations" not in path.parts)


def marked_in_python():
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
                for argument in node.args[: MARKS[node.func.id]]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield f"{path.name}:{node.lineno}", argument.value


def nodes_of(nodelist):
    for node in nodelist:
        yield node
        for name in getattr(node, "child_nodelists", ("nodelist",)):
            yield from nodes_of(getattr(node, name, None) or [])
        if hasattr(node, "conditions_nodelists"):
            for _condition, inner in node.conditions_nodelists:
                yield from nodes_of(inner)


def marked_in_templates():
    folder = Path(settings.BASE_DIR, "templates")
    for path in sorted(folder.rglob("*.html")) + sorted(folder.rglob("*.txt")):
        name = str(path.relative_to(folder))
        for node in nodes_of(engines["django"].get_template(name).template.nodelist):
            if isinstance(node, TranslateNode) and isinstance(getattr(node.filter_expression.var, "literal", None), str):
                yield name, node.filter_expression.var.literal.replace("%", "%%")  # as the catalogue spells it
            elif isinstance(node, BlockTranslateNode):
                singular, _vars = node.render_token_list(node.singular)
                yield name, singular.strip() if node.trimmed else singular
                if node.plural:
                    yield name, node.render_token_list(node.plural)[0]


def placeholders(text):
    return set(re.findall(r"%\((\w+)\)", text))


def test_every_marked_string_has_its_english():
    english = catalogue()

    missing = sorted({f"{place}: {text}" for place, text in [*marked_in_python(), *marked_in_templates()] if text and not english.get(text)})

    assert not missing, f"{len(missing)} strings without English; run make messages"


def test_the_english_fills_in_what_the_chinese_does():
    wrong = [text for text, english in catalogue().items() if text and placeholders(text) != placeholders(english)]

    assert not wrong


def test_no_chinese_is_left_in_the_english():
    """The notice's own names are never translated; they come from the database, not from the catalogue."""
    wrong = {text: english for text, english in catalogue().items() if text and CHINESE.search(TYPED.sub("", english))}

    assert not wrong


def test_the_switch_changes_the_language_of_the_page(client, db):
    client.post("/language/", {"language": "en", "next": "/accounts/login/"})

    page = client.get("/accounts/login/").content.decode()

    assert '<html lang="en">' in page
    with override("en"):
        assert "Sign in" in page


def test_templates_hold_no_bare_chinese():
    """Words in a template outside the translation tags would stay Chinese in English."""
    wrong = []
    templates = Path(settings.BASE_DIR, "templates")
    for path in sorted(set(templates.rglob("*.html")) - {templates / "_language.html"}):  # each language names itself
        bare = re.sub(r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text(), flags=re.S)
        bare = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", bare, flags=re.S)
        found = CHINESE.search(bare)
        if found:
            wrong.append(f"{path.name}: …{bare[max(0, found.start() - 20):found.end() + 20].strip()}…")

    assert not wrong
