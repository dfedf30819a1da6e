"""Stepping through the evidence of an item: what the viewer shows, whichever way a person came to it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from applications import parsing, uploads
from applications.models import Blob


@dataclass(frozen=True)
class Addresses:
    """Units and the office see evidence by its application, inspectors by their visit: each has addresses of its own."""

    view: Callable  # (proof, page)
    picture: Callable  # (proof, page)
    thumbnail: Callable
    original: Callable
    back: str


def viewer(request, proof, proofs, addresses, *, is_own):
    """Everything `applications/evidence_view.html` shows. `proofs`: all of the item in their order, this one among them."""
    place = next(place for place, other in enumerate(proofs) if other.pk == proof.pk)
    blob = proof.blob
    problem = uploads.opening_problem(blob, is_own=is_own) if blob else ""
    pages = min(blob.pages or 1, parsing.MAX_PAGES) if blob else 1
    page = asked_page(request, pages)

    def step(to):
        return addresses.view(proofs[to], 1) if 0 <= to < len(proofs) and to != place else ""

    def turn(to):
        return addresses.view(proof, to) if 1 <= to <= pages else ""

    return {
        "proof": proof, "item": proof.response.item, "number": place + 1, "total": len(proofs), "problem": problem, "is_own": is_own,
        "first": step(0), "previous": step(place - 1), "next": step(place + 1), "last": step(len(proofs) - 1),
        "page": page, "pages": pages, "all_pages": blob.pages if blob else None,
        "previous_page": turn(page - 1), "next_page": turn(page + 1),
        "picture": addresses.picture(proof, page) if blob and blob.has_picture and not problem else "",
        "is_pending": bool(blob) and not problem and blob.picture_state == Blob.Pictures.PENDING,
        "original": addresses.original(proof) if blob and not problem else "", "back": addresses.back,
        "others": [{"proof": other, "url": addresses.view(other, 1), "thumbnail": addresses.thumbnail(other) if other.blob else ""} for other in proofs],
        "findings": proof.findings.select_related("decided_by"),
    }


def address_of_view(request, name, *about):
    """The address of another view that remembers where this one was opened from."""

    def view(proof, page):
        keys = {"back": back_to(request, "")} | ({"page": page} if page > 1 else {})
        query = urlencode({key: value for key, value in keys.items() if value})
        return reverse(name, args=[*about, proof.pk]) + (f"?{query}" if query else "")

    return view


def back_to(request, otherwise):
    """The page of ours that opened the viewer, when it said so."""
    back = request.GET.get("back", "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return back if ours else otherwise


def asked_page(request, pages):
    asked = request.GET.get("page", "")
    return min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 7 else 1
