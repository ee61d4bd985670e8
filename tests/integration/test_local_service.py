"""The deployed service runs on this machine, on a database of its own, and leaves nothing when it is stopped."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable

import psutil
import pytest

from ops.availability.binaries import find_or_install
from ops.local_service.process import Running, start_service, stop_service
from tests.app.process import is_alive
from tests.integration.stage import Stage

pytestmark = pytest.mark.embedded


def get(running: Running, path: str) -> str:
    with urllib.request.urlopen(f"{running.url}{path}", timeout=10) as answer:  # noqa: S310 - http, of this machine
        text: str = answer.read().decode()
        return text


@pytest.mark.requirement("APP-5")
def test_the_service_answers_with_what_was_deployed_and_is_gone_when_it_is_stopped(
    stage: Stage, say: Callable[[str], None]
) -> None:
    find_or_install(say)
    running = start_service(stage.environment)
    try:
        assert running.complete
        ready = json.loads(get(running, "/readyz"))
        assert ready["status"] == "ok", ready
        assert set(ready["parts"]) == {"database_writer", "database_reader", "sessions", "objects"}
        page = get(running, "/")
        assert f"task-service-{stage.environment.suffix}:" in page
        assert "us-east-1" in page
        record = json.loads((stage.environment.workspace.folder / "service.json").read_text())
        children = psutil.Process(record["pid"]).children(recursive=True)
        assert len(children) > 4, "two copies of the service, a load balancer and a database"
    finally:
        assert stop_service(stage.environment)
    assert not [child for child in children if is_alive(child)]
    with pytest.raises(urllib.error.URLError):
        get(running, "/")
    assert not stop_service(stage.environment), "there is nothing to stop any more"
