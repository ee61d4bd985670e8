"""The keys of the service's role: handed out as ECS does it, replaced at any time, and known to who judges tokens."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# botocore asks for new keys in the last 15 minutes of the old ones' life, and waits for them in the last 10:
# https://github.com/boto/botocore/blob/develop/botocore/credentials.py. These keys are always that old after a few
# seconds, so that a replacement reaches the service in seconds where ECS has hours for it.
_LIFE = timedelta(minutes=15, seconds=4)


@dataclass(frozen=True)
class Keys:
    """Temporary credentials of a role."""

    access_key_id: str
    secret_access_key: str
    session_token: str


class Role:
    """The role whose keys are replaced. Keys are valid until they are refused, however long ago that was announced."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current = _new_keys()
        self._valid = {self._current.access_key_id: self._current}

    @property
    def current(self) -> Keys:
        """What is handed out."""
        with self._lock:
            return self._current

    def valid(self, access_key_id: str) -> Keys | None:
        """The keys of this id, if they are still good."""
        with self._lock:
            return self._valid.get(access_key_id)

    def replace(self) -> None:
        """Hand out other keys from now on. The old ones stay good."""
        with self._lock:
            self._current = _new_keys()
            self._valid[self._current.access_key_id] = self._current

    def refuse_old(self) -> None:
        """Refuse all keys but the current ones."""
        with self._lock:
            self._valid = {self._current.access_key_id: self._current}


def _new_keys() -> Keys:
    return Keys(
        access_key_id="ASIA" + secrets.token_hex(8).upper(),
        secret_access_key=secrets.token_urlsafe(30),
        session_token=secrets.token_urlsafe(300),
    )


@contextmanager
def handed_out(role: Role) -> Iterator[str]:
    """The address that AWS_CONTAINER_CREDENTIALS_FULL_URI has to be, as long as the context lasts.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys = role.current
            document = {
                "AccessKeyId": keys.access_key_id,
                "SecretAccessKey": keys.secret_access_key,
                "Token": keys.session_token,
                "Expiration": (datetime.now(UTC) + _LIFE).strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: it is asked every few seconds."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/credentials"
        server.shutdown()
