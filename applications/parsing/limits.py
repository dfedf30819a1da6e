"""How little memory, time and room a child has."""

import resource
from contextlib import suppress

MEMORY = 1024**3
CPU_SECONDS = 10
ANSWER_BYTES = 8 * 1024**2
FORM_BYTES = 128 * 1024**2  # a Word form carries its photos


def limit_this_process(answer_bytes=ANSWER_BYTES):
    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, answer_bytes),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_AS, MEMORY),
    ]
    for what, most in limits:
        with suppress(ValueError, OSError):  # macOS knows the memory limit by name only
            resource.setrlimit(what, (most, most))
