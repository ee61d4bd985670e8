"""The least that FastAPI can do: what the service answers, with nothing behind it (`python -m ops.availability.peer`).

What the service takes more than this is its own: sessions, database, validation, logging, metrics.
"""

import os

import uvicorn
from fastapi import FastAPI, Response

peer = FastAPI(openapi_url=None)


@peer.get("/healthz")
async def healthz() -> Response:
    """What the balancer asks."""
    return Response("ok")


@peer.post("/sessions", status_code=201)
async def sign_in() -> dict[str, str]:
    """What users begin with."""
    return {"token": "peer"}


@peer.get("/notes")
async def read() -> dict[str, list[str]]:
    """What most requests are."""
    return {"notes": []}


@peer.post("/notes", status_code=201)
async def write() -> dict[str, int]:
    """What the others are."""
    return {"id": 1}


if __name__ == "__main__":
    uvicorn.run(
        peer,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        ssl_certfile=os.environ["CERTIFICATE"],
        ssl_keyfile=os.environ["KEY"],
        access_log=False,
    )
