"""文号: the number of an official paper, as GB/T 9704-2012 writes it."""

import re

NUMBER = re.compile(r"(\S+?)\s*[\[(（【［﹝〔]\s*(\d{4})\s*[\])）】］﹞〕]\s*第?\s*0*([1-9]\d*)\s*号?")


def tidy_number(words):
    """宣公开办〔2021〕3号 from however it was typed: the year in hexagonal brackets, no 第, no leading zeros. Empty when it is no number."""
    found = NUMBER.fullmatch(words.strip())
    return f"{found[1]}〔{int(found[2])}〕{int(found[3])}号" if found else ""
