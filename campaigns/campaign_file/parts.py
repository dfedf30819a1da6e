"""What is there to look at? The parts of a document that have their shape; of any other, nothing."""

import re
from datetime import date
from decimal import Decimal


def fields(value):
    return value if isinstance(value, dict) else {}


def rows(value):
    """(place, fields) of each entry of a list that has fields."""
    return [(n, row) for n, row in enumerate(value) if isinstance(row, dict)] if isinstance(value, list) else []


def words(value):
    return [(n, word) for n, word in enumerate(value) if isinstance(word, str)] if isinstance(value, list) else []


def is_number(value):
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def as_day(value):
    try:
        return date.fromisoformat(value) if re.fullmatch(r"20\d\d-\d\d-\d\d", value) else None
    except (TypeError, ValueError):
        return None
