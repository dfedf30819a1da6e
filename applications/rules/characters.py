"""How long a text is to its reader. `static/portal.js` counts by the very same rule; a browser test holds them together."""

import unicodedata

JOINER = "\u200d"


def characters(text):
    """What a reader sees as one sign counts one, and so does a line break: 汉 · Ａ · é however it is composed · 👩‍👩‍👧 · 🇨🇳.

    What only changes the sign before it (marks, skin tones, what a joiner hangs on it, the second half of a flag)
    counts nothing, and neither does what nobody sees (zero-width and direction signs).
    """
    count, joined, half_flag = 0, False, False
    for sign in text.replace("\r\n", "\n"):
        if sign == JOINER:
            joined = True
            continue
        category = unicodedata.category(sign)
        if category[0] == "M" or category == "Cf" or "\U0001f3fb" <= sign <= "\U0001f3ff":
            continue
        is_flag = "\U0001f1e6" <= sign <= "\U0001f1ff"
        half_flag = is_flag and not half_flag
        count += not (joined and category == "So" or is_flag and not half_flag)
        joined = False
    return count
