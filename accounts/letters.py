"""Every event that leaves a message: what it is called, its text, how soon it is sent.

Each app keeps its own in `letters.py`: `LETTERS`, and in `WORDS` what their `%(words)s` are called on the screen, with an
example. The text here is the default; the office may edit it (`LetterText`), where a word is written as {单位}.
"""

import re
from dataclasses import dataclass
from importlib import import_module

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WORD = re.compile(r"%\((\w+)\)s")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Letter:
    """`urgent`: sent at once, others with the next digest (ux.md §8). `outside`: also by mail and other channels, unless the office says otherwise."""

    name: Promise
    title: Promise | str
    body: Promise | str = ""
    urgent: bool = False
    outside: bool = True

    @property
    def words(self):
        """The words of its default text, in order."""
        return list(dict.fromkeys(WORD.findall(f"{self.title}\n{self.body}")))


OTHER = "accounts.other"  # what has no event of its own
LETTERS = {
    OTHER: Letter(gettext_lazy("其他消息"), "%(title)s", "%(text)s", urgent=True),
    "accounts.job_done": Letter(gettext_lazy("文件已经生成"), gettext_lazy("“%(title)s”已经生成，可以下载。"), outside=False),
    "accounts.job_ended": Letter(gettext_lazy("后台任务已经完成"), gettext_lazy("“%(title)s”已经完成，请去看结果。"), outside=False),
}
WORDS = {
    "title": (gettext_lazy("标题"), gettext_lazy("2021年度政务公开示范创建名单")),
    "text": (gettext_lazy("内容"), gettext_lazy("网页链接打不开，请更新后重新提交。")),
}
_letters, _words = {}, {}


def _load():
    if not _letters:
        for config in apps.get_app_configs():
            if module_has_submodule(config.module, "letters"):
                module = import_module(f"{config.name}.letters")
                _letters.update(module.LETTERS)
                _words.update(getattr(module, "WORDS", {}))


def every():
    """{event: Letter} of every app."""
    _load()
    return _letters


def word_names(letter):
    """{word: (its name on the screen, an example)} of a letter."""
    _load()
    return {word: _words[word] for word in letter.words}


def braced(name):
    return f"{{{name}}}"


def written(letter, text):
    """A default text as people edit it: {单位} instead of %(unit)s."""
    names = word_names(letter)
    return WORD.sub(lambda found: braced(names[found[1]][0]), str(text))


def text_problems(letter, text):
    """What is wrong with an edited text, as sentences."""
    names = {str(name) for name, _example in word_names(letter).values()}
    unknown = [name for name in dict.fromkeys(PLACEHOLDER.findall(text)) if name not in names]
    problems = [
        _("不能用 {%(name)s}，这里只能用：%(names)s。") % {"name": name, "names": _("、").join(map(braced, sorted(names))) or _("（没有）")}
        for name in unknown
    ]
    if "{" in (rest := PLACEHOLDER.sub("", text)) or "}" in rest:
        problems.append(_("花括号没有成对，请写成 {名称} 的样子，或者删去。"))
    return problems


def fill(letter, text, words):
    """An edited text with its words put in, once: what is put in is not looked at again."""
    values = {str(name): str(words.get(word, "")) for word, (name, _example) in word_names(letter).items()}
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def compose(event, words, edited=None):
    """(title, body) of an event: the edited text where there is one, otherwise the default in the language of the moment."""
    letter = every()[event]
    if edited is not None and edited.title:
        return fill(letter, edited.title, words), fill(letter, edited.body, words)
    return tuple(str(text) % words if text else "" for text in (letter.title, letter.body))


def examples(letter):
    return {word: str(example) for word, (_name, example) in word_names(letter).items()}
