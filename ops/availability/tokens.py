"""IAM as the database sees it: an LDAP server to which PostgreSQL forwards passwords, and which knows tokens only.

Aurora asks IAM whether a password is a token that rds-db:connect would allow. PostgreSQL can ask an LDAP server instead
(a simple bind), so that the service signs in with genuine tokens here too, and with nothing else.
"""

import socketserver
import threading
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ops.availability.credentials import Role

# How PostgreSQL makes a name of a user, in pg_hba.conf.
NAME_PREFIX, NAME_SUFFIX = "cn=", ",o=iam"

_SUCCESS, _INVALID_CREDENTIALS = 0, 49  # RFC 4511, 4.1.9
Element = tuple[int, bytes]
Read = Callable[[int], bytes]
_BIND_REQUEST, _BIND_RESPONSE, _SIMPLE = 0x60, 0x61, 0x80


@dataclass(frozen=True)
class Iam:
    """Who may connect where: tokens of these hosts and ports, signed with keys of this role."""

    role: Role
    region: str
    endpoints: AbstractSet[str]

    def accepts(self, user: str, token: str) -> bool:
        """Whether a password is a genuine token of this user that has not expired."""
        try:
            return self._is_genuine(user, token)
        except (KeyError, ValueError):
            return False

    def _is_genuine(self, user: str, token: str) -> bool:
        address, _, signature = token.rpartition("&X-Amz-Signature=")
        url = urlsplit(f"https://{address}")
        query = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=True).items()}
        if url.netloc not in self.endpoints or query["Action"] != "connect" or query["DBUser"] != user:
            return False
        signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if not timedelta() <= datetime.now(UTC) - signed < timedelta(seconds=int(query["X-Amz-Expires"])):
            return False
        keys = self.role.valid(query["X-Amz-Credential"].partition("/")[0])
        if keys is None or query["X-Amz-Security-Token"] != keys.session_token:
            return False
        credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
        return self._signature(credentials, url.geturl(), query["X-Amz-Date"]) == signature

    def _signature(self, credentials: Credentials, url: str, date: str) -> str:
        """What botocore's own signer says that the signature has to be."""
        signer = SigV4QueryAuth(credentials, "rds-db", self.region)
        request = AWSRequest(method="GET", url=url)
        request.context["timestamp"] = date
        canonical = signer.canonical_request(request)
        return str(signer.signature(signer.string_to_sign(request, canonical), request))


@contextmanager
def directory(iam: Iam) -> Iterator[int]:
    """The port on which binds are judged, as long as the context lasts."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            """Answer binds; whatever else comes (unbind, nonsense) ends the connection."""
            while message := _read_element(self.rfile.read):
                identity, operation = _elements(message[1])[:2]
                if operation[0] != _BIND_REQUEST:
                    return
                _version, name, authentication = _elements(operation[1])
                user = name[1].decode().removeprefix(NAME_PREFIX).removesuffix(NAME_SUFFIX)
                accepted = authentication[0] == _SIMPLE and iam.accepts(user, authentication[1].decode())
                code = _SUCCESS if accepted else _INVALID_CREDENTIALS
                result = _element(0x0A, bytes([code])) + _element(0x04, b"") + _element(0x04, b"")
                answer = _element(*identity) + _element(_BIND_RESPONSE, result)
                self.wfile.write(_element(0x30, answer))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


def _read_element(read: Read) -> Element | None:
    """The next element in BER (X.690): a tag, a length, and so many bytes."""
    if len(head := read(2)) < 2:
        return None
    tag, length = head
    if length & 0x80:
        length = int.from_bytes(read(length & 0x7F))
    return tag, read(length)


def _elements(content: bytes) -> list[Element]:
    stream = BytesIO(content)
    return list(iter(lambda: _read_element(stream.read), None))


def _element(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size)]) + size + content
