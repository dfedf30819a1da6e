"""大字版 and 高对比度 (GB/T 37668): chosen by the reader, kept in a cookie of theirs, drawn by the server, so that they need no script."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

COOKIE, COOKIE_AGE = "display", 365 * 24 * 3600
# What may be chosen: (key, class of the page, words on the switch).
CHOICES = [("contrast", "high-contrast", _("高对比度")), ("large", "large-text", _("大字版"))]
KEYS = {key for key, _name, _words in CHOICES}


@dataclass(frozen=True)
class Display:
    chosen: frozenset = frozenset()

    @classmethod
    def named(cls, name):
        """Of the cookie's words, or of a folder of the static export; what is unknown counts nothing."""
        return cls(frozenset(name.split("-")) & KEYS)

    @property
    def name(self):
        return "-".join(sorted(self.chosen))

    def turned(self, key):
        """The same with one choice on or off."""
        return Display(self.chosen ^ ({key} & KEYS))

    @property
    def classes(self):
        return " ".join(name for key, name, _words in CHOICES if key in self.chosen)

    @property
    def switches(self):
        """(key, class of the page, words, is it on, name of what a press leads to), the larger letters first."""
        return [(key, name, words, key in self.chosen, self.turned(key).name) for key, name, words in reversed(CHOICES)]
