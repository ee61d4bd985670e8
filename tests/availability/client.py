"""A user of the service, for tests that ask one thing after another."""

import json
import uuid
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

from ops.availability.lab import Lab


@dataclass(frozen=True)
class Answer:
    """What the service said."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.text)


@dataclass
class User:
    """Somebody at the balancer, who is signed in from `sign_in` on."""

    lab: Lab
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, document: object = None, **headers: str) -> Answer:
        """Make a request; in names of headers, an underscore stands for a hyphen."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        body = None
        if document is not None:
            body = json.dumps(document)
            sent["Content-Type"] = "application/json"
        connection = HTTPConnection("127.0.0.1", self.lab.balancer.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, fields, answer.read().decode())
        finally:
            connection.close()

    def sign_in(self) -> "User":
        """Open a session."""
        answer = self.ask("POST", "/sessions")
        assert answer.status == 201, answer
        self.token = answer.document["token"]
        return self

    def write(self, title: str = "A title", body: str = "A body") -> Answer:
        """Write a note."""
        return self.ask("POST", "/notes", {"title": title, "body": body}, Idempotency_Key=uuid.uuid4().hex)
