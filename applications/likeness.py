"""Which passages two answers share. Pure functions: texts in, numbers and places out; nothing is read or written here.

A text is compared by its letters and digits alone: width, case, punctuation, spaces and line breaks say nothing about
where it comes from. Of these letters every run of LENGTH (a shingle) is looked at, except those that the official text
of the item has too, since everybody repeats it.

To find candidates without comparing everybody with everybody, only some shingles of a text are kept for looking up: of
each WINDOW neighbours the one with the smallest hash (winnowing). Equal passages choose equal shingles, so any common
passage of LENGTH + WINDOW - 1 letters is certain to be found, and a text of n letters costs about 2n / (WINDOW + 1) rows.
Each such row is one look into an index, which the caller keeps short (`actions.likeness`). With N answers to an item the
whole work is O(N log N), not O(N²).
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# In Chinese nine characters in a row are two or three words: shorter ones are idioms and names of offices that many share.
LENGTH = 9
WINDOW = 24
# Fewer letters in common (about two lines) are nothing to point at, however short the other text is.
LEAST_LETTERS = LENGTH + WINDOW - 1
# Runs beginning with the same shingle that are tried: enough for a text that repeats itself, and no more work than that.
TRIED = 8


def normalise(text):
    """(letters, places): the letters and digits of a text in one spelling, and where in it each of them stands."""
    letters, places = [], []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).casefold():
            if letter.isalnum():
                letters.append(letter)
                places.append(place)
    return "".join(letters), places


def shingles_of(letters):
    return [letters[place:place + LENGTH] for place in range(len(letters) - LENGTH + 1)]


@lru_cache(maxsize=256)
def official_shingles(text):
    """Of what the standard itself says of an item."""
    return frozenset(shingles_of(normalise(text)[0]))


@dataclass(frozen=True)
class Text:
    """A text made ready once, to be compared often."""

    letters: str
    places: list
    shingles: frozenset

    @classmethod
    def of(cls, text, official=""):
        letters, places = normalise(text)
        return cls(letters, places, frozenset(shingles_of(letters)) - official_shingles(official))

    def marks(self, salt):
        """The numbers under which this text is looked up, the same for equal passages under the same salt."""
        hashes = [number(f"{salt}/{shingle}") for shingle in shingles_of(self.letters) if shingle in self.shingles]
        return {min(hashes[place:place + WINDOW]) for place in range(len(hashes) - WINDOW + 1)}


def number(text):
    """63 bits of its SHA-256: fits a signed column of any database."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def share(one, other):
    """How much of the shorter of two texts stands in the other, in whole percent; 0 when it is too little to speak of."""
    common = len(one.shingles & other.shingles)
    if common + LENGTH - 1 < LEAST_LETTERS:
        return 0
    return 100 * common // min(len(one.shingles), len(other.shingles))


def passages(one, other):
    """The common passages as [(from, to, from, to)]: places in the first text and in the second, in the order of the first.

    Each begins with a shingle both have and goes on as far as both agree, so passages put in another order are found as
    well. Linear but for texts that repeat themselves, where each run is tried TRIED times.
    """
    common = one.shingles & other.shingles
    starts = {}
    for place, shingle in enumerate(shingles_of(other.letters)):
        if shingle in common:
            starts.setdefault(shingle, []).append(place)
    found, place, last = [], 0, len(one.letters) - LENGTH
    while place <= last:
        shingle = one.letters[place:place + LENGTH]
        if shingle not in common:
            place += 1
            continue
        length, start = max((run(one.letters, place, other.letters, start), start) for start in starts[shingle][:TRIED])
        found.append((one.places[place], one.places[place + length - 1] + 1, other.places[start], other.places[start + length - 1] + 1))
        place += length
    return found


def run(one, here, other, there):
    """How many letters agree from here and there on."""
    length = 0
    while here + length < len(one) and there + length < len(other) and one[here + length] == other[there + length]:
        length += 1
    return length


def marked(text, spans):
    """(piece, number or 0) of a text in order; `spans` are (from, to, number). Where two overlap the first one stands."""
    pieces, done = [], 0
    for begin, end, which in sorted(spans):
        begin = max(begin, done)
        if begin >= end:
            continue
        if begin > done:
            pieces.append((text[done:begin], 0))
        pieces.append((text[begin:end], which))
        done = end
    if done < len(text):
        pieces.append((text[done:], 0))
    return pieces


def side_by_side(one, other, official=""):
    """Both texts as pieces with the common passages numbered alike."""
    found = passages(Text.of(one, official), Text.of(other, official))
    left = marked(one, [(begin, end, which) for which, (begin, end, _a, _b) in enumerate(found, 1)])
    right = marked(other, [(begin, end, which) for which, (_a, _b, begin, end) in enumerate(found, 1)])
    return left, right
