"""How is it written? YAML with nothing clever in it, and the line of each part."""

import re
from decimal import Decimal, InvalidOperation

import yaml
from django.utils.translation import gettext as _

from accounts.loading import BrokenFile, Finding
from campaigns.campaign_file.shape import arranged

LARGEST = 1024**2
DEEPEST = 30
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Loader(yaml.SafeLoader):
    """Only used to compose nodes: values are made by `Reader`, which knows the path of each."""


class Reader:
    """Turns YAML nodes into plain values. Numbers with a point become Decimal, dates stay text, nothing else is made."""

    def __init__(self):
        self.findings, self.lines, self.seen = [], {}, set()

    def wrong(self, path, text, node):
        self.findings.append(Finding(path, text, node.start_mark.line + 1))

    def value(self, node, path="", depth=0):
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            return self.wrong(path, _("不接受引用（& 和 *），请把内容写在这里。"), node)
        self.seen.add(id(node))
        if depth > DEEPEST:
            return self.wrong(path, _("层次太深，请检查缩进和括号。"), node)
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self.mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self.value(child, f"{path}[{n}]", depth + 1) for n, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        return self.wrong(path, _("不接受标记 %(tag)s，请写成普通的文字、数字或列表。") % {"tag": node.tag}, node)

    def mapping(self, node, path, depth):
        found = {}
        for key, child in node.value:
            inner = f"{path}.{key.value}" if path else str(key.value)
            if not isinstance(key, yaml.ScalarNode):
                self.wrong(path, _("字段名只能是文字。"), key)
            elif key.tag != "tag:yaml.org,2002:str":
                self.wrong(inner, _("字段名“%(key)s”会被当作数字或其他值，请加引号。") % {"key": key.value}, key)
            elif key.value in found:
                self.wrong(inner, _("“%(key)s”写了两次，请保留一处。") % {"key": key.value}, key)
            else:
                self.lines[inner] = key.start_mark.line + 1
                found[key.value] = self.value(child, inner, depth + 1)
        return found

    def scalar(self, node, path):
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind in ("str", "timestamp"):
            if UNSEEN.search(node.value):
                self.wrong(path, _("含有看不见的控制字符，请删去。"), node)
            return node.value
        if kind == "null":
            return None
        if kind == "bool":
            return node.value.lower() in ("yes", "true", "on")
        if kind in ("int", "float"):
            try:
                return int(node.value) if kind == "int" else self.decimal(node.value)
            except (ValueError, InvalidOperation):
                return self.wrong(path, _("“%(value)s”不是普通的十进制数；如果是文字，请加引号。") % {"value": node.value[:40]}, node)
        return self.wrong(path, _("不接受标记 %(tag)s，请写成普通的文字、数字或列表。") % {"tag": node.tag}, node)

    @staticmethod
    def decimal(text):
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > 12:
            raise ValueError
        return number


def parse(data):
    """(document, {path: line}, findings) of the bytes of a file."""
    if len(data) > LARGEST:
        raise BrokenFile([Finding("", _("文件超过 %(n)s MB，不像活动文件。") % {"n": LARGEST // 1024**2})])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenFile([Finding("", _("文件不是 UTF-8 编码，请另存为 UTF-8 后再导入。"))]) from None
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenFile([Finding("", _("不是完整的 YAML（%(problem)s），请检查缩进、冒号和引号。") % {"problem": error.problem}, mark.line + 1 if mark else 0)]) from None
    except yaml.YAMLError:
        raise BrokenFile([Finding("", _("文件含有不允许的控制字符，请删去。"))]) from None
    except RecursionError:
        raise BrokenFile([Finding("", _("层次太深，请检查缩进和括号。"))]) from None
    if node is None:
        raise BrokenFile([Finding("", _("文件是空的。"))])
    reader = Reader()
    document = reader.value(node)
    if not isinstance(document, dict) and not reader.findings:
        raise BrokenFile([Finding("", _("文件最外层应当是字段（campaign、categories 等）。"), 1)])
    return document, reader.lines, reader.findings


def line_of(path, lines):
    """The line of a path, or of the nearest part around it when it is missing from the file."""
    while path and path not in lines:
        path = re.sub(r"(\.[^.\[]*|\[\d+\])$", "", path) if re.search(r"[.\[]", path) else ""
    return lines.get(path, 0)


class Dumper(yaml.SafeDumper):
    """Writes each value in its own place: `read` accepts no references."""

    def ignore_aliases(self, data):
        return True


def write(document):
    """The bytes of a document, which `read` takes back: the same document, the same bytes, whatever database kept it."""
    return yaml.dump(arranged(plain(document)), Dumper=Dumper, allow_unicode=True, sort_keys=False, width=10**6).encode()


def plain(value):
    """The same as JSON keeps it: a Decimal becomes a number."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
