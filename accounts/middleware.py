"""Remember the network address of the request, for the audit log."""

from accounts.audit import current_address


def audit_address(get_response):
    def middleware(request):
        token = current_address.set(request.META.get("REMOTE_ADDR") or None)
        try:
            return get_response(request)
        finally:
            current_address.reset(token)

    return middleware
