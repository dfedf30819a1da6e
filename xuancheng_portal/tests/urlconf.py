"""The addresses of the portal, walked recursively. Django's own admin is summed up in one entry per kind of page."""

from django.urls import URLPattern, get_resolver


def patterns(resolver=None, namespace="", route=""):
    """Yield (name with namespace, route, pattern) of every address of ours, the admin's left out."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield (f"{namespace}:{entry.name}" if namespace else entry.name), here, entry
        elif entry.namespace != "admin":
            yield from patterns(entry, entry.namespace or namespace, here)
