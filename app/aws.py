"""AWS from coroutines: clients that are made once, and called in a bounded number of threads.

boto3's clients are safe to use from several threads, while making them is not:
https://docs.aws.amazon.com/boto3/latest/guide/clients.html#multithreading-or-multiprocessing-with-clients
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.problems import UnavailableError
from app.resilience import Guard
from app.settings import Endpoint

THREADS, PROBE_THREADS = 24, 4
ATTEMPTS = 3
# A call that takes longer is given up by its request, though its thread may still be at it.
CALL_SECONDS = 6.0
PROBE_SECONDS = 1.5

_PASSING = {
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "ThrottlingException",
    "TransactionConflictException",
}


class Aws:
    """The clients, and the threads in which they are called."""

    def __init__(self, region: str) -> None:
        session = boto3.Session(region_name=region)
        calls = Config(
            connect_timeout=1,
            read_timeout=2,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=THREADS,
        )
        probes = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1})
        # Version 4 is what objects under a KMS key need; checksums would be those of the empty body that is signed.
        signed = Config(
            signature_version="s3v4",
            s3={"us_east_1_regional_endpoint": "regional"},
            request_checksum_calculation="when_required",
        )
        self.dynamodb = session.client("dynamodb", config=calls)
        self.dynamodb_probe = session.client("dynamodb", config=probes)
        self.s3 = session.client("s3", config=calls.merge(signed))
        self.s3_probe = session.client("s3", config=probes.merge(signed))
        self._rds = session.client("rds")
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="aws")
        self._probe_threads = ThreadPoolExecutor(PROBE_THREADS, thread_name_prefix="aws-probe")

    def database_token(self, endpoint: Endpoint, user: str) -> str:
        """A password for one connection. It is signed here, without asking AWS."""
        token: str = self._rds.generate_db_auth_token(DBHostname=endpoint.host, Port=endpoint.port, DBUsername=user)
        return token

    async def call(self, guard: Guard, operation: Callable[..., Any], **parameters: Any) -> Any:  # noqa: ANN401 - as boto3
        """Call an operation of a client. Raises UnavailableError unless AWS gives an answer to the point."""
        if not guard.admits():
            raise UnavailableError(guard.name, "circuit open")
        try:
            answer = await self._in_thread(self._threads, CALL_SECONDS, operation, **parameters)
            guard.count_retries(_retries(answer))
        except (BotoCoreError, TimeoutError) as error:
            guard.breaker.failed()
            raise UnavailableError(guard.name, type(error).__name__) from error
        except ClientError as error:
            guard.count_retries(_retries(error.response))
            if not _is_passing(error):
                guard.breaker.succeeded()
                raise
            guard.breaker.failed()
            raise UnavailableError(guard.name, code(error)) from error
        guard.breaker.succeeded()
        return answer

    async def probe(self, guard: Guard, operation: Callable[..., Any], **parameters: Any) -> None:  # noqa: ANN401
        """Find out whether AWS answers, now, whatever the breaker says."""
        await self._in_thread(self._probe_threads, PROBE_SECONDS, operation, **parameters)
        guard.breaker.succeeded()

    def close(self) -> None:
        """Let no call begin any more."""
        for threads in (self._threads, self._probe_threads):
            threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(
        self,
        threads: ThreadPoolExecutor,
        seconds: float,
        operation: Callable[..., Any],
        **parameters: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        loop = asyncio.get_running_loop()
        return await asyncio.wait_for(loop.run_in_executor(threads, partial(operation, **parameters)), seconds)


def code(error: ClientError) -> str:
    """What AWS calls an error."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def _retries(answer: Mapping[str, Any]) -> int:
    return int(answer.get("ResponseMetadata", {}).get("RetryAttempts", 0))


def _is_passing(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code(error) in _PASSING or status >= 500
