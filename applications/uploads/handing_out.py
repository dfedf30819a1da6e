"""A stored file as a download, and its pictures inside a page."""

import re

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from applications.models import Blob
from applications.uploads.names import clean_name
from applications.uploads.previews import THUMBNAIL, NoPreview, preview
from applications.uploads.scanning import opening_problem
from applications.uploads.store import open_blob

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def respond(request, blob, filename, media_type):
    """A stored file as a download; the original is never shown inline.

    The caller has found the blob through `visible_to` and asked `opening_problem`. A file without bytes raises FileNotFoundError.
    """
    response = _download(request, open_blob(blob.sha256), blob.size, f'"{blob.sha256}"', media_type)
    return _safe(response, clean_name(filename), attachment=True)


def respond_with_picture(request, blob, filename, page=THUMBNAIL, *, is_own):
    """The thumbnail or a page of a photo or PDF. What is still being drawn or scanned is answered with a calm picture that says so
    and the status 202, at which `evidence.js` asks again; what cannot be shown is 404, and the page shows its card.
    """
    if problem := opening_problem(blob, is_own=is_own):
        if blob.scan_state == Blob.Scan.INFECTED:
            raise Http404
        return _waiting(request, problem)
    try:
        picture = preview(blob, page)
    except NoPreview:
        raise Http404 from None
    except FileNotFoundError:
        if blob.picture_state == Blob.Pictures.IMPOSSIBLE or page != THUMBNAIL and blob.pages is not None and page > blob.pages:
            raise Http404 from None
        if blob.picture_state == Blob.Pictures.MADE:  # after a backup came back: the next sweep draws them again
            Blob.objects.filter(pk=blob.pk).update(picture_state=Blob.Pictures.PENDING)
        return _waiting(request, "")
    name = clean_name(filename)
    response = HttpResponse(picture, content_type="image/jpeg")
    return _safe(response, f"{name.rpartition('.')[0] or name}.jpg", attachment=False)


def _waiting(request, sentence):
    response = render(request, "applications/picture_pending.svg", {"sentence": sentence}, content_type="image/svg+xml", status=202)
    return _safe(response, "pending.svg", attachment=False)


def _safe(response, name, *, attachment):
    response["Content-Disposition"] = content_disposition_header(attachment, name)
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
