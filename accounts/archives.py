"""A zip that proves itself: files in order, their SHA-256 written last, so that after unpacking `sha256sum -c SHA256SUMS` tells what changed.

One file is read in pieces and none is kept: beside the names an archive of any size needs the memory of one piece.
"""

import hashlib
import zipfile
from unicodedata import normalize

MANIFEST = "SHA256SUMS"
LONGEST_PART = 80  # characters; and in bytes, what Linux allows
LONGEST_BYTES = 240
LONGEST_PATH = 180
# Everything else (pictures, PDF, office files) is compressed already.
COMPRESSED = (".txt", ".csv", ".json", ".jsonl", ".html", ".md")
FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


class UnsafeName(ValueError):
    """A path that some system could not unpack, or would unpack over another."""


def safe_name(text, longest=LONGEST_PART):
    """One part of a path as every system can write it, Windows included; a short ending after the last dot survives the cut."""
    clean = "".join(character if character.isprintable() else "_" for character in normalize("NFC", str(text))).translate(FORBIDDEN).strip(" .")
    if clean.partition(".")[0].strip().lower() in DEVICES:
        clean = f"_{clean}"
    stem, dot, ending = clean.rpartition(".")
    if not dot or len(ending) > 8:
        stem, ending = clean, ""
    ending = f".{ending}" if ending else ""
    while len(stem + ending) > longest or len((stem + ending).encode()) > LONGEST_BYTES:
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}{ending}".strip(" .") or "_"


def write_archive(target, entries, progress=lambda done: None):
    """Write `entries`, pairs of (path, pieces of bytes) in order, and the manifest after them. Returns how many entries there were.

    `target` is a path or an open binary file; `progress` is called with the number of entries written so far.
    Paths are joined from `safe_name` parts with "/"; one that is not, or that differs from another only in case, is refused.
    """
    lines, taken = [], {MANIFEST.casefold()}
    with zipfile.ZipFile(target, "w", allowZip64=True) as archive:
        for path, pieces in entries:
            if len(path) > LONGEST_PATH or any(part != safe_name(part) for part in path.split("/")) or path.casefold() in taken:
                raise UnsafeName(path)
            taken.add(path.casefold())
            archive.compression = zipfile.ZIP_DEFLATED if path.endswith(COMPRESSED) else zipfile.ZIP_STORED
            digest = hashlib.sha256()
            with archive.open(path, "w", force_zip64=True) as member:
                for piece in pieces:
                    digest.update(piece)
                    member.write(piece)
            lines.append(f"{digest.hexdigest()}  {path}\n")
            progress(len(lines))
        archive.compression = zipfile.ZIP_DEFLATED
        archive.writestr(MANIFEST, "".join(lines))
    return len(lines)
