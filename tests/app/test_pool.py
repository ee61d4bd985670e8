"""Connections to the database: signed for one by one, and thrown away when they lead to where nothing is any more."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from app.connection import Connection
from app.pool import LARGEST, LONGEST_QUEUE, RECONNECT_SECONDS, Pool
from app.problems import UnavailableError
from app.settings import DatabaseSettings, Endpoint, ServiceSettings
from tests.app.postgresql import PostgreSql
from tests.app.process import Process, running


class Signer:
    """Signs, and remembers what it has signed."""

    def __init__(self) -> None:
        self.signed: list[str] = []

    def __call__(self, endpoint: Endpoint, user: str) -> str:
        self.signed.append(f"{user}@{endpoint.host}")
        return f"token-{len(self.signed)}"


def in_pool(
    server: PostgreSql,
    scenario: Callable[[Pool], Awaitable[None]],
    *,
    sign: Signer | None = None,
    host: str = "localhost",
) -> None:
    database = DatabaseSettings(region="us-east-1", name="app", user="app", ca_file=server.ca_file)
    endpoint = Endpoint(host=host, port=server.port)

    async def run() -> None:
        pool = Pool(
            "database_writer", endpoint, database, sign=sign or Signer(), session="read-write", patience=4, lifetime=60
        )
        await pool.open()
        try:
            await scenario(pool)
        finally:
            await pool.close()

    asyncio.run(run())


async def backend(connection: Connection) -> int:
    row = await (await connection.execute("SELECT pg_backend_pid() AS pid, pg_sleep(0.05)")).fetchone()
    assert row
    return int(row["pid"])


def test_every_connection_has_a_token_of_its_own(postgresql: PostgreSql) -> None:
    sign = Signer()

    async def scenario(pool: Pool) -> None:
        backends = await asyncio.gather(*(pool.run(backend, seconds=5) for _ in range(3 * LARGEST)))
        assert 1 < len(set(backends)) <= LARGEST
        assert len(sign.signed) >= len(set(backends))  # one may have come too late to be used
        assert set(sign.signed) == {"app@localhost"}

    in_pool(postgresql, scenario, sign=sign)


def test_a_server_with_the_certificate_of_another_host_is_not_spoken_to(postgresql: PostgreSql) -> None:
    async def scenario(pool: Pool) -> None:
        with pytest.raises(UnavailableError):
            await pool.run(backend, seconds=0.5)

    in_pool(postgresql, scenario, host="127.0.0.1")


def test_one_lost_connection_is_reason_to_replace_them_all(postgresql: PostgreSql) -> None:
    async def scenario(pool: Pool) -> None:
        before = set(await asyncio.gather(*(pool.run(backend, seconds=5) for _ in range(LARGEST))))
        assert len(before) > 1
        postgresql.execute(f"SELECT pg_terminate_backend({next(iter(before))})")
        await asyncio.gather(*(pool.run(backend, seconds=5) for _ in range(LARGEST)))  # of which one meets it
        after = set(await asyncio.gather(*(pool.run(backend, seconds=5) for _ in range(LARGEST))))
        assert not after & before

    in_pool(postgresql, scenario)


def test_a_writer_that_has_become_a_reader_is_left(postgresql: PostgreSql) -> None:
    async def demoted(connection: Connection) -> int:
        pid = await backend(connection)
        if pid in seen:
            return pid
        seen.add(pid)
        await connection.execute("SET default_transaction_read_only = on")
        await connection.execute("CREATE TEMPORARY TABLE anything (id int)")
        return 0

    seen: set[int] = set()

    async def scenario(pool: Pool) -> None:
        with pytest.raises(UnavailableError):
            await pool.run(demoted, seconds=0.7)
        assert await pool.run(backend, seconds=2) not in seen
        assert len(seen) > 1  # each try was on a connection of its own

    in_pool(postgresql, scenario)


def test_a_server_that_stalls_is_not_waited_for_beyond_the_deadline(postgresql: PostgreSql) -> None:
    async def stall(connection: Connection) -> None:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("SELECT pg_sleep(30)")

    async def scenario(pool: Pool) -> None:
        began = time.monotonic()
        with pytest.raises(UnavailableError):
            await pool.run(stall, seconds=0.7)
        assert time.monotonic() - began < 2
        assert await pool.run(backend, seconds=2)

    in_pool(postgresql, scenario)


def test_a_statement_that_is_wrong_is_not_tried_again(postgresql: PostgreSql) -> None:
    tries = []

    async def wrong(connection: Connection) -> None:
        tries.append(1)
        await connection.execute("SELECT nothing FROM pg_class")

    async def scenario(pool: Pool) -> None:
        with pytest.raises(psycopg.errors.UndefinedColumn):
            await pool.run(wrong, seconds=2)
        assert tries == [1]

    in_pool(postgresql, scenario)


def test_a_table_that_is_not_there_yet_is_waited_for_by_those_who_ask(postgresql: PostgreSql) -> None:
    async def ask(connection: Connection) -> None:
        await connection.execute("SELECT 1 FROM table_of_the_next_release")

    async def scenario(pool: Pool) -> None:
        with pytest.raises(UnavailableError) as refused:
            await pool.run(ask, seconds=2)
        assert refused.value.reason == "schema is not migrated"

    in_pool(postgresql, scenario)


def test_a_database_that_refuses_the_sign_in_is_not_pestered_when_nobody_waits(postgresql: PostgreSql) -> None:
    sign = Signer()

    async def scenario(pool: Pool) -> None:
        await asyncio.sleep(2.5 * RECONNECT_SECONDS)
        tried = len(sign.signed)
        await asyncio.sleep(2.5 * RECONNECT_SECONDS)
        assert len(sign.signed) == tried <= 2
        with pytest.raises(UnavailableError):
            await pool.run(backend, seconds=2.5 * RECONNECT_SECONDS)
        assert len(sign.signed) > tried + 2

    in_pool(postgresql, scenario, sign=sign, host="127.0.0.1")


def test_there_is_an_end_to_the_queue_for_connections(postgresql: PostgreSql) -> None:
    async def scenario(pool: Pool) -> None:
        runs = [pool.run(backend, seconds=5) for _ in range(LONGEST_QUEUE + 4 * LARGEST)]
        found = await asyncio.gather(*runs, return_exceptions=True)
        refused = [error.reason for error in found if isinstance(error, UnavailableError)]
        assert set(refused) == {"queue full"}
        assert len(refused) <= 4 * LARGEST
        assert await pool.run(backend, seconds=5)  # and it is not stuck

    in_pool(postgresql, scenario)


def add(service: Process, token: str) -> int:
    note, headers = {"title": "t", "body": ""}, {"Idempotency-Key": uuid.uuid4().hex}
    return service.request("POST", "/notes", json_body=note, headers=headers, token=token).status


def test_a_restart_of_the_database_is_waited_for(environment: Mapping[str, str], postgresql: PostgreSql) -> None:
    with running(environment) as service, ThreadPoolExecutor(8) as threads:
        token = service.begin_session()
        assert add(service, token) == 201
        postgresql.stop()
        during = [threads.submit(add, service, token) for _ in range(8)]
        time.sleep(0.5)
        postgresql.start()
        assert {sent.result() for sent in during} == {201}
        levels = {line.get("level") for line in service.lines}
    assert levels <= {"INFO", "WARNING", None}  # what the service gets over by itself is no error


def test_reads_go_to_the_writer_when_there_is_no_reader(without_reader_and_objects: Process) -> None:
    token = without_reader_and_objects.begin_session()
    assert add(without_reader_and_objects, token) == 201
    assert len(without_reader_and_objects.request("GET", "/notes", token=token).json["notes"]) == 1


def test_settings_lead_reader_and_writer_to_their_own_ports(environment: Mapping[str, str]) -> None:
    settings = ServiceSettings.of({**environment, "DATABASE_READER_PORT": "6543"})
    assert (settings.writer.port, settings.reader.port) == (int(environment["DATABASE_PORT"]), 6543)
