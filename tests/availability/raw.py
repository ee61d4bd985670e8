"""Requests as no client library would send them: bytes to a task, and what comes back."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def connected(port: int, *, seconds: float = 5) -> Iterator[ssl.SSLSocket]:
    """A TLS connection to a task, as a load balancer opens it."""
    unverified = ssl.create_default_context()
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as plain, unverified.wrap_socket(plain) as tls:
        yield tls


def exchange(port: int, sent: bytes, *, seconds: float = 2) -> bytes:
    """All that comes back for some bytes, until the task closes the connection or has nothing more to say."""
    with connected(port, seconds=seconds) as tls:
        try:
            tls.sendall(sent)
        except OSError:
            return b""  # it was closed while this was still being sent
        return received(tls)


def received(tls: ssl.SSLSocket) -> bytes:
    """All that comes until the connection is closed, or nothing has come for as long as the socket's timeout."""
    parts = []
    try:
        while part := tls.recv(65536):
            parts.append(part)
    except OSError:
        pass
    return b"".join(parts)


def statuses(answer: bytes) -> list[int]:
    """The status of each response in what came back."""
    return [int(line.split(b" ")[1]) for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """A request that says what it is told to say, correct or not; the connection is to be closed afterwards."""
    head = "\r\n".join([f"{line} HTTP/1.1", "Host: service", "Connection: close", *headers])
    return head.encode("latin-1") + b"\r\n\r\n" + body


def trickle(port: int, begun: bytes, *, drop: bytes, patience: float) -> float | None:
    """Begin a request, then send a byte a second; the seconds until the task has enough, or None if it never has."""
    with connected(port, seconds=1) as tls:
        began = time.monotonic()
        tls.sendall(begun)
        while time.monotonic() - began < patience:
            try:
                if tls.recv(65536):
                    return time.monotonic() - began
            except TimeoutError:
                tls.sendall(drop)
            except OSError:
                return time.monotonic() - began
            else:
                return time.monotonic() - began
    return None
