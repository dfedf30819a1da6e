"""A zip that proves itself: files in order, their SHA-256 written last, so that after unpacking `sha256sum -c SHA256SUMS` tells what changed.

One file is read in pieces and none is kept, so an archive of any size needs the memory of one piece.
"""

import hashlib
import zipfile

MANIFEST = "SHA256SUMS"
LONGEST_PART = 80
LONGEST_PATH = 180
FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


class UnsafeName(ValueError):
    """A path that some system could not unpack, or would unpack over another."""


def safe_name(text, longest=LONGEST_PART):
    """One part of a path as every system can write it, Windows included; what follows the last dot survives the cut."""
    clean = "".join(character if character.isprintable() else "_" for character in str(text)).translate(FORBIDDEN).strip(" .")
    if clean.partition(".")[0].strip().lower() in DEVICES:
        clean = f"_{clean}"
    if len(clean) > longest:
        stem, dot, ending = clean.rpartition(".")
        clean = f"{stem[: longest - len(ending) - 1].rstrip(' .')}.{ending}" if dot and len(ending) <= 8 else clean[:longest]
    return clean.strip(" .") or "_"


def write_archive(target, entries, progress=lambda done: None):
    """Write `entries`, pairs of (path, pieces of bytes) in order, and the manifest after them. Returns how many entries there were.

    `target` is a path or an open binary file; `progress` is called with the number of entries written so far.
    Paths are joined from `safe_name` parts with "/"; one that is not, or that differs from another only in case, is refused.
    """
    lines, taken = [], {MANIFEST.lower()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for path, pieces in entries:
            if len(path) > LONGEST_PATH or any(part != safe_name(part) for part in path.split("/")) or path.lower() in taken:
                raise UnsafeName(path)
            taken.add(path.lower())
            digest = hashlib.sha256()
            with archive.open(path, "w", force_zip64=True) as member:
                for piece in pieces:
                    digest.update(piece)
                    member.write(piece)
            lines.append(f"{digest.hexdigest()}  {path}\n")
            progress(len(lines))
        archive.writestr(MANIFEST, "".join(lines))
    return len(lines)
