"""How often an address may knock at the public doors. Counted in the cache: when that is away, the door stays open."""

import ipaddress
import logging

from django.core.cache import cache

logger = logging.getLogger(__name__)


def network(address):
    """One household or office: an IPv4 address, or the /64 of an IPv6 one."""
    if not address:
        return "unknown"
    found = ipaddress.ip_address(address)
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def count(door, address):
    """How many knocks were counted in the period that runs."""
    try:
        return cache.get(f"throttle:{door}:{network(address)}", 0)
    except Exception:
        logger.warning("The cache does not answer; the count of %s is taken for none.", door)
        return 0


def allow(door, address, *, limit, seconds):
    """Count one knock. False once the limit within the period is passed."""
    key = f"throttle:{door}:{network(address)}"
    try:
        cache.add(key, 0, seconds)
        return cache.incr(key) <= limit
    except ValueError:  # it expired between the two calls: the first knock of a new period
        return True
    except Exception:
        logger.warning("The cache does not answer; the limit of %s is not applied.", door)
        return True
