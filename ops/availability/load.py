"""Users of the service: what they ask, what they are told, and how long they wait.

In the closed model so many users each wait for their answer before they ask again. In the open model they come at a
fixed rate whatever happens, and each has waited since it wanted to ask: a service that stops for a second makes all
that come in this second wait, which a closed model does not see.
"""

import asyncio
import itertools
import json
import threading
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

import aiohttp

from ops.availability.balancer import ANSWERED_BY

# A person goes away after some seconds; what takes longer is as good as lost.
PATIENCE_SECONDS = 15.0
# One request in so many is a write.
_WRITE_EVERY = 4


@dataclass(frozen=True)
class Request:
    """One request: when it was meant to begin, when it ended, and what came back. Times are time.monotonic()."""

    is_write: bool
    intended: float
    ended: float
    status: int | None
    task: str
    note_id: int | None = None

    @property
    def failed(self) -> bool:
        """Whether the user did not get what was asked for. What is refused with 4xx would be a defect of the lab."""
        return self.status is None or self.status >= 400

    @property
    def seconds(self) -> float:
        """How long the user has waited."""
        return self.ended - self.intended


@dataclass(frozen=True)
class Closed:
    """So many users, each of whom thinks for a while between an answer and the next question."""

    users: int
    think_seconds: float = 0.0


@dataclass(frozen=True)
class Open:
    """So many requests a second, whatever becomes of them, by users who take turns."""

    per_second: float
    users: int = 8


class Load:
    """Load in a thread of its own, from entering the context to leaving it."""

    def __init__(self, url: str, model: Closed | Open) -> None:
        self.requests: list[Request] = []
        self._url = url
        self._model = model
        self._ended = threading.Event()
        self._began = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._began.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            asyncio.run(self._send())
        except BaseException as failure:  # noqa: BLE001 - raised where the load is waited for
            self._failure = failure
            self._began.set()

    async def _send(self) -> None:
        async with _signed_in(self._url, users=self._model.users) as users:
            self._began.set()
            match self._model:
                case Closed():
                    await asyncio.gather(*(self._keep_asking(user, self._model.think_seconds) for user in users))
                case Open():
                    await self._ask_at_rate(users, self._model.per_second)

    async def _keep_asking(self, user: "_User", think_seconds: float) -> None:
        while not self._ended.is_set():
            self.requests.append(await user.ask(time.monotonic()))
            await asyncio.sleep(think_seconds)

    async def _ask_at_rate(self, users: Sequence["_User"], per_second: float) -> None:
        began = time.monotonic()
        async with asyncio.TaskGroup() as asked:
            for number, user in enumerate(itertools.cycle(users)):
                intended = began + number / per_second
                await asyncio.sleep(max(0.0, intended - time.monotonic()))
                if self._ended.is_set():
                    return
                asked.create_task(self._ask(user, intended))

    async def _ask(self, user: "_User", intended: float) -> None:
        self.requests.append(await user.ask(intended))


@dataclass
class _User:
    """Somebody who is signed in, writes notes and reads them."""

    session: aiohttp.ClientSession
    url: str
    token: str
    asked: int = 0
    note_id: int | None = None

    async def ask(self, intended: float) -> Request:
        """Write a note, or read the last one that was written."""
        self.asked += 1
        is_write = self.note_id is None or self.asked % _WRITE_EVERY == 0
        status, task, note_id = None, "", None
        try:
            async with self._request(is_write=is_write) as answer:
                status, task = answer.status, answer.headers.get(ANSWERED_BY, "")
                body = await answer.read()
            if is_write and status in {200, 201}:
                note_id = self.note_id = int(json.loads(body)["id"])
        except (aiohttp.ClientError, TimeoutError):
            status = None  # an answer that broke off is none
        return Request(
            is_write=is_write, intended=intended, ended=time.monotonic(), status=status, task=task, note_id=note_id
        )

    def _request(self, *, is_write: bool) -> "aiohttp.client._RequestContextManager":
        headers = {"Authorization": f"Bearer {self.token}"}
        if is_write:
            headers["Idempotency-Key"] = uuid.uuid4().hex
            note = {"title": "Availability", "body": "Written while something was broken."}
            return self.session.post(f"{self.url}/notes", json=note, headers=headers)
        return self.session.get(f"{self.url}/notes?limit=10", headers=headers)


@asynccontextmanager
async def _signed_in(url: str, *, users: int) -> AsyncIterator[list[_User]]:
    # As many connections as the load needs, and not aiohttp's default of 100.
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        signed_in = []
        for _ in range(users):
            async with session.post(f"{url}/sessions") as answer:
                answer.raise_for_status()
                signed_in.append(_User(session=session, url=url, token=(await answer.json())["token"]))
        yield signed_in
