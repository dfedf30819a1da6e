"""Finding a unit by a part of its name, or by the first letters of its pinyin: “thtz” finds 桃花潭镇."""

from bisect import bisect

from django.db.models import Q

# GB 2312 orders its 3,755 common characters by pinyin: the first of each letter tells where the letter begins.
FIRST = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
LETTERS = "abcdefghjklmnopqrstwxyz"
BEGINS = [sign.encode("gb2312") for sign in FIRST]
COMMON_END = b"\xd7\xf9"


def initial(sign):
    """The letter of a common character, the sign itself where it has no pinyin, "" for characters whose order tells nothing."""
    if sign.isascii():
        return sign.lower()
    try:
        code = sign.encode("gb2312")
    except UnicodeEncodeError:
        return ""
    return LETTERS[bisect(BEGINS, code) - 1] if BEGINS[0] <= code <= COMMON_END else ""


def sounds_like(letters, name):
    """Whether the letters are initials of neighbouring characters. A rare character may stand for any letter."""
    signs = [initial(sign) for sign in name]
    return any(
        all(known in ("", letter) for known, letter in zip(signs[start:], letters, strict=False))
        and any(signs[start:start + len(letters)])
        for start in range(len(signs) - len(letters) + 1)
    )


def units_named(namings, words):
    """Of `namings`, those whose unit is called so or sounds so."""
    found = Q(application__organization__name__icontains=words) | Q(application__organization__short_name__icontains=words)
    if words.isascii() and words.isalpha() and len(words) > 1:
        names = namings.values_list("application__organization", "application__organization__short_name").distinct()
        found |= Q(application__organization__in=[key for key, name in names if sounds_like(words.lower(), name)])
    return namings.filter(found)
