"""A stored file as a download, or its preview inside a page."""

import re

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from applications.uploads.names import clean_name
from applications.uploads.previews import preview
from applications.uploads.store import open_blob

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def respond(request, blob, filename, media_type, inline=False):
    """A stored file as a download, or its preview inside a page; the original is never shown inline.

    The caller has found the blob through `visible_to`. A file without bytes or preview raises FileNotFoundError or NoPreview.
    """
    name = clean_name(filename)
    etag = f'"{blob.sha256}"'
    if inline:
        picture = preview(blob)
        response = HttpResponse(picture, content_type="image/jpeg")
        name = f"{name.rpartition('.')[0] or name}.jpg"
    else:
        response = _download(request, open_blob(blob.sha256), blob.size, etag, media_type)
    response["Content-Disposition"] = content_disposition_header(not inline, name)
    for header, value in SAFE_HEADERS.items():
        response[header] = value
    return response


def _download(request, file, size, etag, media_type):
    first, last = _range(request, size, etag)
    if first is None:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    partial = (first, last) != (0, size - 1)
    if partial:
        file.seek(first)
    headers = {"Content-Length": last - first + 1, "Accept-Ranges": "bytes", "ETag": etag}
    if partial:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 206 if partial else 200
    return FileResponse(_Slice(file, last - first + 1), content_type=media_type, status=status, headers=headers)


def _range(request, size, etag):
    """The first and last byte asked for. All of them unless one plain range is asked for; (None, None) if it lies outside."""
    asked = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", request.headers.get("Range", "").strip())
    whole = (0, size - 1)
    if not asked or asked[0] == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return whole
    first, last = (int(number) if number else None for number in asked.groups())
    if first is None:
        return (max(0, size - last), size - 1) if last else (None, None)
    if last is not None and last < first:
        return whole
    return (first, min(size - 1, last if last is not None else size - 1)) if first < size else (None, None)


class _Slice:
    """So many bytes of an open file from where it stands."""

    def __init__(self, file, length):
        self.file, self.length, self.close = file, length, file.close

    def read(self, most=-1):
        most = self.length if most < 0 else min(most, self.length)
        piece = self.file.read(most)
        self.length -= len(piece)
        return piece
