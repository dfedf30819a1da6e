import json
import logging
import sys

import pytest

from xuancheng_portal.logs import OneLine


def lines_of(message, *args, exc_info=None):
    record = logging.LogRecord("portal", logging.WARNING, __file__, 1, message, args, exc_info)
    return OneLine().format(record).splitlines()


@pytest.mark.parametrize("hostile", ["a\nERROR all is lost", "a\r\n{}", "\x1b[2Jcleared", "a\u2028b", "a\x85b", '"}{"level": "INFO"'])
def test_what_a_visitor_sends_never_begins_a_record_of_its_own(hostile):
    (line,) = lines_of("Refused: %s", hostile)

    assert json.loads(line)["message"] == f"Refused: {hostile}"
    assert "\x1b" not in line


def test_a_traceback_stays_in_the_record_it_belongs_to():
    try:
        raise ValueError("two\nlines")
    except ValueError:
        (line,) = lines_of("Failed", exc_info=sys.exc_info())

    entry = json.loads(line)
    assert entry["level"] == "WARNING"
    assert "ValueError: two\nlines" in entry["traceback"]
