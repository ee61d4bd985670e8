"""Cost Explorer: anomaly monitors and the subscriptions to what they find."""

import json
from datetime import UTC, datetime
from typing import Any

from moto.ce.models import CostExplorerBackend
from moto.ce.responses import CostExplorerResponse
from moto.core.exceptions import JsonRESTError
from moto.moto_api._internal import mock_random

from emulator.extension import extends, state

_Record = dict[str, Any]


class UnknownMonitorError(JsonRESTError):
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetAnomalyMonitors.html."""

    def __init__(self, arn: str) -> None:
        super().__init__("UnknownMonitorException", f"Unknown monitor: {arn}")


class UnknownSubscriptionError(JsonRESTError):
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetAnomalySubscriptions.html."""

    def __init__(self, arn: str) -> None:
        super().__init__("UnknownSubscriptionException", f"Unknown subscription: {arn}")


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


@extends(CostExplorerBackend)
class AnomalyDetection(CostExplorerBackend):
    """The monitors and subscriptions of one account, by their ARN."""

    @property
    def monitors(self) -> dict[str, _Record]:
        """Anomaly monitors, in the order of their creation."""
        return state(self, "monitors", dict[str, _Record])

    @property
    def subscriptions(self) -> dict[str, _Record]:
        """Anomaly subscriptions, in the order of their creation."""
        return state(self, "subscriptions", dict[str, _Record])

    def create_monitor(self, monitor: _Record, tags: list[dict[str, str]]) -> str:
        """Keep a monitor; an account has one for each dimension.

        https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html
        """
        dimension = monitor.get("MonitorDimension")
        if dimension and any(m.get("MonitorDimension") == dimension for m in self.monitors.values()):
            raise JsonRESTError("ValidationException", "Limit exceeded on dimensional spend monitor creation")
        arn = f"arn:{self.partition}:ce::{self.account_id}:anomalymonitor/{mock_random.uuid4()}"
        today = _today()
        self.monitors[arn] = {
            **monitor,
            "MonitorArn": arn,
            "CreationDate": today,
            "LastUpdatedDate": today,
            "DimensionalValueCount": 0,
        }
        self.tag_resource(arn, tags)
        return arn

    def find_monitor(self, arn: str) -> _Record:
        """Return a monitor or raise what AWS answers when there is none."""
        if arn not in self.monitors:
            raise UnknownMonitorError(arn)
        return self.monitors[arn]

    def create_subscription(self, subscription: _Record, tags: list[dict[str, str]]) -> str:
        """Keep a subscription to monitors that exist."""
        for monitor in subscription["MonitorArnList"]:
            self.find_monitor(monitor)
        arn = f"arn:{self.partition}:ce::{self.account_id}:anomalysubscription/{mock_random.uuid4()}"
        self.subscriptions[arn] = {**subscription, "SubscriptionArn": arn, "AccountId": self.account_id}
        self.tag_resource(arn, tags)
        return arn

    def find_subscription(self, arn: str) -> _Record:
        """Return a subscription or raise what AWS answers when there is none."""
        if arn not in self.subscriptions:
            raise UnknownSubscriptionError(arn)
        return self.subscriptions[arn]


def _shown(subscription: _Record) -> _Record:
    subscribers = [{"Status": "CONFIRMED", **s} for s in subscription["Subscribers"]]
    return {**subscription, "Subscribers": subscribers}


@extends(CostExplorerResponse)
class AnomalyDetectionCalls(CostExplorerResponse):
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Cost_Explorer_Service.html."""

    @property
    def _anomalies(self) -> AnomalyDetection:
        return self.ce_backend  # type: ignore[return-value]

    def create_anomaly_monitor(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_CreateAnomalyMonitor.html."""
        request = json.loads(self.body)
        arn = self._anomalies.create_monitor(request["AnomalyMonitor"], request.get("ResourceTags", []))
        return json.dumps({"MonitorArn": arn})

    def get_anomaly_monitors(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetAnomalyMonitors.html."""
        arns = json.loads(self.body).get("MonitorArnList") or list(self._anomalies.monitors)
        return json.dumps({"AnomalyMonitors": [self._anomalies.find_monitor(arn) for arn in arns]})

    def update_anomaly_monitor(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_UpdateAnomalyMonitor.html."""
        request = json.loads(self.body)
        monitor = self._anomalies.find_monitor(request["MonitorArn"])
        monitor.update({**request, "LastUpdatedDate": _today()})
        return json.dumps({"MonitorArn": monitor["MonitorArn"]})

    def delete_anomaly_monitor(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DeleteAnomalyMonitor.html."""
        arn = self._anomalies.find_monitor(json.loads(self.body)["MonitorArn"])["MonitorArn"]
        del self._anomalies.monitors[arn]
        self._anomalies.tagger.delete_all_tags_for_resource(arn)
        return "{}"

    def create_anomaly_subscription(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_CreateAnomalySubscription.html."""
        request = json.loads(self.body)
        arn = self._anomalies.create_subscription(request["AnomalySubscription"], request.get("ResourceTags", []))
        return json.dumps({"SubscriptionArn": arn})

    def get_anomaly_subscriptions(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetAnomalySubscriptions.html."""
        request = json.loads(self.body)
        arns = request.get("SubscriptionArnList") or list(self._anomalies.subscriptions)
        monitor = request.get("MonitorArn")
        found = [self._anomalies.find_subscription(arn) for arn in arns]
        shown = [_shown(s) for s in found if monitor is None or monitor in s["MonitorArnList"]]
        return json.dumps({"AnomalySubscriptions": shown})

    def update_anomaly_subscription(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_UpdateAnomalySubscription.html."""
        request = json.loads(self.body)
        subscription = self._anomalies.find_subscription(request["SubscriptionArn"])
        for monitor in request.get("MonitorArnList", []):
            self._anomalies.find_monitor(monitor)
        subscription.update(request)
        return json.dumps({"SubscriptionArn": subscription["SubscriptionArn"]})

    def delete_anomaly_subscription(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DeleteAnomalySubscription.html."""
        arn = self._anomalies.find_subscription(json.loads(self.body)["SubscriptionArn"])["SubscriptionArn"]
        del self._anomalies.subscriptions[arn]
        self._anomalies.tagger.delete_all_tags_for_resource(arn)
        return "{}"
