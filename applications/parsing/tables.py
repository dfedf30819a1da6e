"""Tables that people filled in: the cells that hold something, counted as they come."""

import json
import re
from xml.parsers import expat

from .archives import MAX_UNPACKED, Meter, check_archive, read_directory, read_xml
from .compounds import OLE_MAGIC, check_ole
from .refusing import Rejected

MAX_SHEETS, MAX_TABLE_ROWS, MAX_TABLE_COLUMNS, MAX_CELLS, MAX_CELL_TEXT = 10, 500, 40, 10_000, 40_000
CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
WORKBOOK, STRINGS = "xl/workbook.xml", "xl/sharedstrings.xml"


def rows(data, extension):
    """{"sheets": [{"name": …, "cells": {"B4": [kind, text]}}]} of a workbook; kinds are s (text), n (number), b, e, f (a formula)."""
    if data[:8] == OLE_MAGIC:
        check_ole(data, extension)
    check_archive(data, extension)
    members = {member.path.lower(): member for member in read_directory(data)}
    for path, member in members.items():
        if path.endswith((".xml", ".rels", ".vml")):
            read_xml(member)  # whole, and without a DTD
    strings = read_strings(members[STRINGS]) if STRINGS in members else []
    sheets, cells_left = [], [MAX_CELLS]
    for name, path in sheet_places(members):
        sheets.append({"name": name, "cells": read_cells(members[path], strings, cells_left)})
    yield json.dumps({"sheets": sheets}).encode()


def walk(member, start, end, text=None):
    """Events of one part, names without their namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = text
    for piece in member.pieces(Meter(MAX_UNPACKED)):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def sheet_places(members):
    """(name, path) of each sheet, in the order of the book."""
    wanted, targets = [], {}

    def sheet(tag, attributes):
        if tag == "sheet":
            keys = [value for key, value in attributes.items() if key.endswith(" id")]
            wanted.append((attributes.get("name", ""), keys[0] if keys else ""))

    def relation(tag, attributes):
        if tag == "Relationship":
            targets[attributes.get("Id")] = attributes.get("Target", "").replace("\\", "/")

    walk(members[WORKBOOK], sheet, lambda tag: None)
    walk(members["xl/_rels/workbook.xml.rels"], relation, lambda tag: None)
    if len(wanted) > MAX_SHEETS:
        raise Rejected("far")
    for name, key in wanted:
        target = targets.get(key, "")
        path = (target[1:] if target.startswith("/") else f"xl/{target}").lower()
        if path in members and "/worksheets/" in f"/{path}":
            yield name, path


def read_strings(member):
    """The texts that cells point to. Readings written above characters are no part of the text."""
    found, piece, inside = [], [], {"t": 0, "rPh": 0}

    def start(tag, attributes):
        if tag == "si":
            piece.clear()
        elif tag in inside:
            inside[tag] += 1

    def end(tag):
        if tag == "si":
            found.append("".join(piece))
        elif tag in inside:
            inside[tag] -= 1

    def text(words):
        if inside["t"] and not inside["rPh"]:
            piece.append(words)

    walk(member, start, end, text)
    return found


def read_cells(member, strings, cells_left):
    found, now, inside = {}, {"place": "", "kind": "n", "formula": False}, {"v": 0, "t": 0, "rPh": 0}
    piece = []

    def start(tag, attributes):
        if tag == "c":
            now.update(place=attributes.get("r", ""), kind=attributes.get("t", "n"), formula=False)
            piece.clear()
        elif tag == "f":
            now["formula"] = True
        elif tag in inside:
            inside[tag] += 1

    def text(words):
        if (inside["v"] or inside["t"]) and not inside["rPh"]:
            piece.append(words)

    def end(tag):
        if tag in inside:
            inside[tag] -= 1
        elif tag == "c" and (piece or now["formula"]):
            keep("".join(piece))

    def keep(value):
        place = CELL.fullmatch(now["place"])
        if not place:
            raise Rejected("damaged")
        column = 0
        for letter in place[1]:
            column = column * 26 + ord(letter) - 64
        cells_left[0] -= 1
        if int(place[2]) > MAX_TABLE_ROWS or column > MAX_TABLE_COLUMNS or cells_left[0] < 0:
            raise Rejected("far")
        kind = now["kind"]
        if kind == "s":
            value = strings[int(value)]
        if len(value) > MAX_CELL_TEXT:
            raise Rejected("far")
        found[now["place"]] = ["f" if now["formula"] else {"n": "n", "b": "b", "e": "e"}.get(kind, "s"), value]

    walk(member, start, end, text)
    return found
