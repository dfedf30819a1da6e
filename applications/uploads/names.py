"""What a file is called: the sender's name as a label."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 150
# Controls, marks that turn the direction of writing or cannot be seen, halves of characters, private and unassigned
# codes, and the two line separators.
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def clean_name(name):
    """The sender's name as a label: never a path, nothing that cannot be seen, at most 150 characters, ending as it did."""
    name = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = "".join(" " if character.isspace() else character for character in name)
    name = "".join(character for character in name if unicodedata.category(character) not in UNSEEN)
    name = re.sub(r" {2,}", " ", re.sub(r'[:*?"<>|]', "_", name)).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        stem, dot, extension = name, "", ""
    stem = stem.strip(" .") or str(_("未命名"))
    if RESERVED.fullmatch(stem.partition(".")[0]):
        stem = f"_{stem}"
    return stem[: NAME_LENGTH - len(dot + extension)].rstrip(" .") + dot + extension
