"""The geometry of the dashboard's drawings: pure functions from figures to shapes. No markup, no colours, no database.

A shape says what it is (`look`), not how it is coloured: the look is a class and, for areas, the name of a pattern, so that
shape, pattern and label carry the meaning without colour. Words and addresses come from the caller.
"""

from dataclasses import dataclass, field
from math import cos, pi, sin

LABEL, ROW, GAP = 96, 30, 6


@dataclass(frozen=True)
class Shape:
    """A rect, line, polygon, circle or text with its numbers; `link` and `title` for what can be clicked."""

    kind: str
    numbers: dict
    look: str = ""
    pattern: str = ""
    words: str = ""
    link: str = ""
    title: str = ""


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    shapes: list = field(default_factory=list)

    def rect(self, x, y, width, height, look, pattern="", **about):
        self.shapes.append(Shape("rect", {"x": x, "y": y, "width": width, "height": height}, look, pattern, **about))

    def text(self, x, y, words, look="", anchor="start", **about):
        self.shapes.append(Shape("text", {"x": x, "y": y, "text-anchor": anchor}, look, words=str(words), **about))

    def line(self, x1, y1, x2, y2, look):
        self.shapes.append(Shape("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2}, look))

    def polygon(self, points, look):
        self.shapes.append(Shape("polygon", {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points)}, look))

    def circle(self, x, y, radius, look):
        self.shapes.append(Shape("circle", {"cx": x, "cy": y, "r": radius}, look))


@dataclass(frozen=True)
class Part:
    """One counted piece of a drawing: how many, what it is called when pointed at, and its list."""

    count: int
    look: str = ""
    title: str = ""
    link: str = ""


def funnel(stages, rows):
    """`stages` are headings; `rows` are (name, [Part for each stage]). Each bar stands in the middle of its column, as wide as its
    share of the row's first, so that a row narrows from left to right as its units fall away.
    """
    column, head = 150, 28
    drawing = Drawing(LABEL + column * len(stages), head + ROW * len(rows))
    for number, words in enumerate(stages):
        drawing.text(LABEL + column * (number + .5), 18, words, "chart-head", "middle")
    for number, (name, parts) in enumerate(rows):
        top = head + ROW * number
        drawing.text(LABEL - 10, top + 20, name, "chart-name", "end")
        for place, part in enumerate(parts):
            middle, most = LABEL + column * (place + .5), column - GAP
            drawing.rect(middle - most / 2, top + 3, most, ROW - 6, "chart-ground")
            if part.count:
                width = max(2.0, most * part.count / max(parts[0].count, part.count))
                drawing.rect(middle - width / 2, top + 3, width, ROW - 6, f"chart-stage chart-stage-{place + 1}", link=part.link, title=part.title)
            drawing.text(middle, top + 20, part.count, "chart-number", "middle", link=part.link if part.count else "", title=part.title)
    return drawing


def stacks(rows, width=900, label=LABEL):
    """`rows` are (name, [Part]); all rows share one scale, and a number stands in each piece that has room for it."""
    most = max((sum(part.count for part in parts) for _name, parts in rows), default=0) or 1
    drawing = Drawing(label + width + 44, ROW * len(rows) + 4)
    for number, (name, parts) in enumerate(rows):
        top, left = ROW * number, float(label)
        drawing.text(label - 10, top + 20, name, "chart-name", "end")
        for part in parts:
            if not part.count:
                continue
            length = width * part.count / most
            drawing.rect(left, top + 3, length, ROW - 6, f"chart-part chart-{part.look}", part.look, link=part.link, title=part.title)
            plate = 9 + 8 * len(str(part.count))
            if length >= plate + 4:
                drawing.rect(left + length / 2 - plate / 2, top + 7, plate, 16, "chart-plate", link=part.link, title=part.title)
                drawing.text(left + length / 2, top + 19, part.count, "chart-number", "middle", link=part.link, title=part.title)
            left += length
        drawing.text(left + 8, top + 19, sum(part.count for part in parts), "chart-sum")
    return drawing


@dataclass(frozen=True)
class Cell:
    """A mean with its step around the pass line (0: nothing scored, 1: below it … 5)."""

    words: str
    step: int
    title: str = ""
    link: str = ""


def heat(groups, rows):
    """`groups` are (name, [item code]); `rows` are (name, [Cell for each item]). Below the pass line a cell has a heavy frame and a
    falling triangle, at the top a small mark in its corner; the number stands in each.
    """
    cell, head, gap = 42, 46, 8
    lefts, left = [], float(LABEL)
    for _name, codes in groups:
        lefts += [left + cell * number for number in range(len(codes))]
        left += cell * len(codes) + gap
    drawing = Drawing(left - gap if groups else left, head + ROW * len(rows))
    number = 0
    for name, codes in groups:
        start = lefts[number]
        drawing.text(start + cell * len(codes) / 2, 16, name if len(codes) > 1 else "", "chart-head", "middle")
        drawing.line(start + 2, 22, start + cell * len(codes) - 2, 22, "chart-axis")
        for code in codes:
            drawing.text(lefts[number] + cell / 2, 38, code, "chart-code", "middle")
            number += 1
    for place, (name, cells) in enumerate(rows):
        top = head + ROW * place
        drawing.text(LABEL - 10, top + 20, name, "chart-name", "end")
        for x, one in zip(lefts, cells, strict=True):
            if not one.step:
                drawing.text(x + cell / 2, top + 19, one.words, "chart-dash", "middle")
                continue
            inset = 2.5 if one.step == 1 else 1.5
            drawing.rect(x + inset, top + inset, cell - 2 * inset, ROW - 2 * inset, f"chart-heat chart-heat-{one.step}", link=one.link, title=one.title)
            if one.step == 1:
                drawing.polygon([(x + 6, top + 12), (x + 13, top + 12), (x + 9.5, top + 18)], "chart-falling")
            if one.step == 5:
                drawing.polygon([(x + cell - 9, top + 2), (x + cell - 2, top + 2), (x + cell - 2, top + 9)], "chart-peak")
            drawing.text(x + cell / 2 + (5 if one.step == 1 else 0), top + 20, one.words, "chart-number", "middle", link=one.link, title=one.title)
    return drawing


def radar(axes, own, middle, pass_rate):
    """`axes` are labels, `own` and `middle` percent for each or None. Own: a filled shape with round corners marked; the median: a dashed
    line with square marks; the pass line: dotted. The ring outside is 100, the centre `FLOOR`, so that differences show.
    """
    drawing = Drawing(250, 214)
    centre_x, centre_y, radius = 125, 108, 74
    floor = scale_floor([*own, *middle, pass_rate])

    def spot(number, rate):
        angle = 2 * pi * number / len(axes) - pi / 2
        distance = radius * max(0.0, min(100.0, rate) - floor) / (100 - floor)
        return centre_x + distance * cos(angle), centre_y + distance * sin(angle)

    def around(rates):
        return [spot(number, floor if rate is None else float(rate)) for number, rate in enumerate(rates)]

    for share in (100, (100 + floor) / 2):
        drawing.polygon(around([share] * len(axes)), "chart-ring")
    for number in range(len(axes)):
        drawing.line(centre_x, centre_y, *(round(one, 1) for one in spot(number, 100)), "chart-ring")
    drawing.polygon(around([pass_rate] * len(axes)), "chart-pass")
    drawing.polygon(around(own), "chart-own")
    drawing.polygon(around(middle), "chart-middle")
    for number, rate in enumerate(middle):
        if rate is not None:
            x, y = spot(number, float(rate))
            drawing.rect(round(x - 2.5, 1), round(y - 2.5, 1), 5, 5, "chart-middle-mark")
    for number, rate in enumerate(own):
        if rate is not None:
            x, y = spot(number, float(rate))
            drawing.circle(round(x, 1), round(y, 1), 3.5, "chart-own-mark")
    for number, words in enumerate(axes):
        angle = 2 * pi * number / len(axes) - pi / 2
        x, y = centre_x + (radius + 14) * cos(angle), centre_y + (radius + 14) * sin(angle)
        is_below = own[number] is not None and own[number] < pass_rate
        anchor = "middle" if abs(x - centre_x) < 10 else "start" if x > centre_x else "end"
        drawing.text(round(x, 1), round(y + 4, 1), words, "chart-below" if is_below else "chart-code", anchor)
    return drawing


def scale_floor(rates):
    """The centre of a radar: a round number somewhat below the lowest rate, never more than 60."""
    lowest = min((float(rate) for rate in rates if rate is not None), default=0.0)
    return max(0, min(60, int((lowest - 10) // 10 * 10)))


@dataclass(frozen=True)
class Column:
    """One band of a histogram."""

    low: float
    high: float
    count: int
    title: str = ""
    link: str = ""


def histogram(columns, pass_mark=None, pass_words="", line=None, line_words=""):
    """Columns over an axis of points; the pass mark dotted, the line of the places a heavy dash, each named at its head."""
    width, height, left, top = 360, 150, 20, 44
    drawing = Drawing(width + left * 2, top + height + 26)
    if not columns:
        return drawing
    low, high = columns[0].low, columns[-1].high
    most = max(column.count for column in columns) or 1

    def across(points):
        return left + width * (float(points) - float(low)) / (float(high) - float(low))

    drawing.line(left, top + height, left + width, top + height, "chart-axis")
    for column in columns:
        x, tall = across(column.low), height * column.count / most
        size = across(column.high) - x
        if column.count:
            drawing.rect(round(x + 1.5, 2), round(top + height - tall, 2), round(size - 3, 2), round(tall, 2), "chart-column", link=column.link, title=column.title)
            drawing.text(round(x + size / 2, 2), round(top + height - tall / 2 + 5, 2) if tall > 24 else round(top + height - tall - 4, 2), column.count, "chart-on-column" if tall > 24 else "chart-number", "middle", link=column.link, title=column.title)
        drawing.text(round(x, 2), top + height + 16, f"{column.low:.0f}", "chart-code", "middle")
    drawing.text(left + width, top + height + 16, f"{high:.0f}", "chart-code", "middle")
    for points, words, look, y in ((pass_mark, pass_words, "chart-pass", 32), (line, line_words, "chart-quota", 14)):
        if points is not None and low <= points <= high:
            x = round(across(points), 2)
            drawing.line(x, y + 4, x, top + height, look)
            drawing.text(x, y, words, f"{look}-words", "start" if x < left + width * .3 else "end" if x > left + width * .7 else "middle")
    return drawing
