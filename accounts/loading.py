"""What loading a file found and did: findings with their place, and counts of what is new, changed and the same."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Finding:
    """One thing wrong in a file: where, and a sentence that says what to do."""

    path: str
    text: str
    line: int = 0

    def __str__(self):
        place = _("%(path)s（第 %(line)s 行）") % {"path": self.path, "line": self.line} if self.line else self.path
        return _("%(place)s：%(text)s") % {"place": place, "text": self.text} if place else self.text


class BrokenFile(Exception):
    """A file was refused as a whole. Carries every finding at once; nothing was saved."""

    def __init__(self, findings):
        self.findings = sorted(findings, key=lambda finding: finding.line)
        super().__init__("\n".join(map(str, self.findings)))


@dataclass
class Report:
    """Counts of rows, and what people should be told beside them."""

    new: int = 0
    changed: int = 0
    same: int = 0
    notes: list = field(default_factory=list)
    changes: dict = field(default_factory=dict)

    def __str__(self):
        return _("新增 %(new)s，修改 %(changed)s，不变 %(same)s") % {"new": self.new, "changed": self.changed, "same": self.same}

    @property
    def changed_anything(self):
        return bool(self.new or self.changed)

    def settle(self, row, values):
        """Bring a row to these values and save it only if it differs. Returns {field: (before, after)} of an existing row."""
        is_new = row.pk is None
        differing = {} if is_new else {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
        for name, value in values.items():
            setattr(row, name, value)
        if is_new:
            row.save()
            self.new += 1
            return {}
        if differing:
            row.save(update_fields=list(differing))
            self.changed += 1
        else:
            self.same += 1
        return differing
