"""The service as a process, as a task runs it, and a client of it."""

import http.client
import json
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from ops.availability import programs

ROOT = Path(__file__).parents[2]
SECONDS = 15


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - what JSON holds
        return json.loads(self.text)


@dataclass
class Process:
    """A running service."""

    process: subprocess.Popen[str]
    protocol: str
    port: int
    lines: list[dict[str, Any]] = field(default_factory=list)

    def connection(self) -> http.client.HTTPConnection:
        if self.protocol == "HTTP":
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        unverified = ssl.create_default_context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE  # as the load balancer does it
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=SECONDS, context=unverified)

    def request(
        self,
        method: str,
        path: str,
        *,
        json_body: object = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if json_body is not None:
            body = json.dumps(json_body).encode()
            sent.setdefault("Content-Type", "application/json")
        client = self.connection()
        try:
            client.request(method, path, body=body, headers=sent)
            answer = client.getresponse()
            text = answer.read().decode()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)
        finally:
            client.close()

    def begin_session(self) -> str:
        answer = self.request("POST", "/sessions")
        assert answer.status == 201, answer
        return str(answer.json["token"])

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def lines_after(self, request_id: str) -> list[dict[str, Any]]:
        """All lines, once there is one of this request."""
        deadline = time.monotonic() + SECONDS
        while not any(line.get("request_id") == request_id for line in self.lines):
            assert time.monotonic() < deadline, f"no line of request {request_id}"
            time.sleep(0.01)
        return list(self.lines)

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(json.loads(line))


@contextmanager
def running(environment: Mapping[str, str], **overrides: str) -> Iterator[Process]:
    """A service, which is killed in the end if it has not ended by itself."""
    with running_command([sys.executable, "-m", "app"], {**environment, **overrides}) as process:
        yield process


@contextmanager
def running_command(command: Sequence[str], variables: Mapping[str, str]) -> Iterator[Process]:
    """A service that is started by another command."""
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        line = process.stdout.readline()
        listening = re.search(r'"port": (\d+)', line)
        assert listening, line
        running_process = Process(process, variables["PROTOCOL"], int(listening[1]), [json.loads(line)])
        reader = threading.Thread(target=running_process.read, daemon=True)
        reader.start()
        yield running_process
    finally:
        if process.poll() is None:
            for worker in psutil.Process(process.pid).children():
                worker.kill()
        process.kill()
        process.wait()
        reader.join(SECONDS)
        process.stdout.close()


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended may not have been buried by whoever inherited it."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def clean_environment() -> dict[str, str]:
    """What a process cannot do without, and keys that the embedded AWS takes."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "for-tests"}
    return {**programs.clean_environment(), **keys}
