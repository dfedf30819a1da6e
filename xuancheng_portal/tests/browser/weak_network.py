"""A bad line between a browser and the portal: slow, and cut in the middle of whatever is on it."""

import random
import socket
import threading
import time
from contextlib import suppress


class WeakNetwork:
    """Forwards bytes to the portal at so many a second and breaks connections after a random number of bytes, either way.

    What the portal has received it may have done; the phone does not learn of it. `seed` makes the cuts come again.
    """

    def __init__(self, host, port):
        self.upstream, self.bytes_a_second, self.cut_after, self.chance, self.cuts = (host, port), 0, 0, random.Random(), 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self.server.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def weaken(self, bits_a_second, cut_after, seed):
        self.bytes_a_second, self.cut_after, self.chance = bits_a_second / 8, cut_after, random.Random(seed)

    def mend(self):
        self.bytes_a_second = self.cut_after = 0

    def serve(self):
        with suppress(OSError):
            while True:
                client, _address = self.server.accept()
                threading.Thread(target=self.connect, args=[client], daemon=True).start()

    def connect(self, client):
        with suppress(OSError):
            portal = socket.create_connection(self.upstream)
            for source, sink in ((client, portal), (portal, client)):
                threading.Thread(target=self.carry, args=[source, sink], daemon=True).start()

    def carry(self, source, sink):
        left = None
        with suppress(OSError):
            while part := source.recv(1024):
                if self.bytes_a_second:
                    time.sleep(len(part) / self.bytes_a_second)
                if self.cut_after:
                    left = (self.chance.expovariate(1 / self.cut_after) if left is None else left) - len(part)
                    if left <= 0:
                        self.cuts += 1
                        break
                sink.sendall(part)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self):
        self.server.close()
