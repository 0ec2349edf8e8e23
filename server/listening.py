"""The sockets this process listens on: an answer leaves whole, without waiting for the one who asked."""

import os
import socket
from contextlib import suppress
from pathlib import Path
from stat import S_ISSOCK

_OPEN_FILES = Path("/dev/fd")


def answer_at_once() -> int:
    """
    Switch Nagle's algorithm off for every connection that is still to come; return on how many sockets.

    Head and body of an answer leave as two writes. Nagle's algorithm holds the second back until the other
    end has confirmed the first, which a phone does up to 200 ms later. asyncio switches it off by itself,
    except on a socket it was handed, as Streamlit hands it one; a connection inherits it from its listener.
    """
    found = 0
    with suppress(FileNotFoundError):
        for name in os.listdir(_OPEN_FILES):  # noqa: PTH208 - numbers, not paths
            with suppress(OSError):
                if S_ISSOCK(os.fstat(int(name)).st_mode):
                    with socket.socket(fileno=os.dup(int(name))) as open_socket:
                        found += _switched_off(open_socket)
    return found


def _switched_off(open_socket: socket.socket) -> bool:
    if open_socket.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    if not open_socket.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return False
    open_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return True
