"""The reference service: what the environment runs until there is something better to run.

It keeps the contract that every image has to keep: it listens on PORT in the way that PROTOCOL says, answers the load
balancer's shallow check at /healthz, runs without privileges on a read-only root, and on SIGTERM finishes what it has
begun before it goes. At / it shows what it was given. It asks neither the database nor any other tier.
"""

import datetime as dt
import html
import json
import os
import signal
import ssl
import tempfile
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SHOWN = (
    "ENVIRONMENT",
    "AWS_REGION",
    "DATABASE_WRITER_HOST",
    "DATABASE_READER_HOST",
    "DATABASE_NAME",
    "DATABASE_USER",
    "SESSION_TABLE",
    "DATA_BUCKET",
)
# The certificate is made anew by every task; the load balancer encrypts with it and does not verify it.
CERTIFICATE_DAYS = 365
REQUEST_SECONDS = 10


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD of two paths."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "service", ""
    timeout = REQUEST_SECONDS

    def do_GET(self) -> None:
        """Answer, or say that there is nothing."""
        path = self.path.partition("?")[0]
        if path == "/healthz":
            self._answer(HTTPStatus.OK, "text/plain", "ok\n")
        elif path == "/":
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", status_page())
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "not found\n")

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def _answer(self, status: HTTPStatus, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name that http.server uses
        """Log a request as a line of JSON, unless it is one of the checks that come every few seconds."""
        if not self.path.startswith("/healthz"):
            log("INFO", format % arguments)


class Server(ThreadingHTTPServer):
    """A thread for every connection; a handshake that hangs holds up nobody else, and closing waits for all of them."""

    daemon_threads = False
    tls: ssl.SSLContext | None = None

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as socketserver has it
        """Shake hands in the connection's own thread."""
        try:
            if self.tls is not None:
                request.settimeout(REQUEST_SECONDS)
                request = self.tls.wrap_socket(request, server_side=True)
        except OSError:
            self.shutdown_request(request)
            return
        super().process_request_thread(request, client_address)


def status_page() -> str:
    """What this task was given, for a person."""
    rows = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(os.environ.get(name, 'not set'))}</td></tr>"
        for name in SHOWN
    )
    style = "body{font:16px/1.5 system-ui;margin:3rem auto;max-width:50rem;padding:0 1rem;color-scheme:light dark}"
    style += "th{text-align:left;padding-right:2rem;font-weight:500}td{font-family:monospace;word-break:break-all}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Service</title><style>{style}</style>'
        f"<h1>It works</h1><p>The reference service is running and was given:</p><table>{rows}</table></html>"
    )


def tls_context() -> ssl.SSLContext:
    """TLS 1.2 or later, with a key and a certificate that exist in this process alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "task")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(minutes=5))
    certificate = builder.not_valid_after(now + dt.timedelta(days=CERTIFICATE_DAYS)).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.NamedTemporaryFile(suffix=".pem") as pem:
        Path(pem.name).write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(pem.name)
    return context


def log(level: str, message: str) -> None:
    """Write one line of JSON, the form that the log metrics count."""
    print(json.dumps({"time": time.time(), "level": level, "message": message}), flush=True)  # noqa: T201 - stdout is the log


def main() -> None:
    """Serve until SIGTERM, then stop accepting, finish, and go."""
    port, protocol = int(os.environ.get("PORT", "8443")), os.environ.get("PROTOCOL", "HTTPS")
    server = Server(("", port), Handler)
    server.tls = tls_context() if protocol == "HTTPS" else None
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, lambda *_: threading.Thread(target=server.shutdown).start())
    log("INFO", f"listening on {server.server_address[1]} for {protocol}")
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    log("INFO", "stopped")


if __name__ == "__main__":
    main()
