"""An answer leaves whole: no connection waits for the other end between its head and its body."""

import socket

from server.listening import answer_at_once


def is_off(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_connections_to_a_socket_that_was_handed_over_do_not_wait():
    # As Streamlit opens it: without its protocol, which keeps asyncio from switching it off.
    with socket.socket(socket.AF_INET) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert answer_at_once() >= 1
        with socket.create_connection(listener.getsockname()) as near:
            far, _ = listener.accept()
            with far:
                assert is_off(far)
            assert not is_off(near)


def test_what_does_not_listen_is_left_alone():
    with socket.socket(socket.AF_INET) as idle, socket.socket(socket.AF_UNIX) as local:
        before = answer_at_once()
        assert not is_off(idle)
        assert answer_at_once() == before
        assert local.fileno() > 0
