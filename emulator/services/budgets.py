"""Budgets: the subscribers of a notification, updates, and tags.

moto keeps a budget's notifications with the subscribers they were created with, and has no call to read or
change either of them.
"""

import json
from collections.abc import Iterable
from typing import Any

from moto.budgets.exceptions import DuplicateRecordException, NotFoundException
from moto.budgets.models import Budget, BudgetsBackend, Notification
from moto.budgets.responses import BudgetsResponse
from moto.core.utils import unix_time
from moto.utilities.tagging_service import TaggingService

from emulator.extension import extends, state

_Details = dict[str, Any]
_Tags = list[dict[str, str]]

_create_budget = BudgetsResponse.create_budget
_delete_budget = BudgetsBackend.delete_budget
_create_notification = BudgetsBackend.create_notification


def _identity(details: _Details) -> tuple[Any, ...]:
    """Return what tells one notification of a budget from another; a percentage is the default kind."""
    kind = details.get("ThresholdType", "PERCENTAGE")
    return details["NotificationType"], details["ComparisonOperator"], float(details["Threshold"]), kind


@extends(Budget)
class NotifyingBudget(Budget):
    """A budget that tells its notifications apart as AWS does, by what they say and not by what was sent."""

    def find_notification(self, details: _Details) -> Notification | None:
        """Return the notification with the identity of `details`."""
        return next((n for n in self.notifications if _identity(n.details) == _identity(details)), None)

    def get_notifications(self) -> Iterable[_Details]:
        """Answer every notification with its state.

        https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
        """
        return [{"ThresholdType": "PERCENTAGE", "NotificationState": "OK", **n.details} for n in self.notifications]

    def delete_notification(self, details: _Details) -> None:
        """Forget the notification, and with it its subscribers."""
        self.notifications = [n for n in self.notifications if _identity(n.details) != _identity(details)]


@extends(BudgetsBackend)
class BudgetsSubscribersBackend(BudgetsBackend):
    """Budgets, their notifications and these notifications' subscribers, all found by name or value."""

    @property
    def tagger(self) -> TaggingService:
        """The tags of this account's budgets."""
        return state(self, "tagger", TaggingService)

    def arn_of(self, budget_name: str) -> str:
        """Return the ARN of a budget, which has no region."""
        return f"arn:{self.partition}:budgets::{self.account_id}:budget/{budget_name}"

    def find_budget(self, account_id: str, budget_name: str) -> NotifyingBudget:
        """Return a budget or raise what AWS answers when there is none."""
        budget = self.budgets[account_id].get(budget_name)
        if budget is None:
            raise NotFoundException(f"Unable to get budget: {budget_name} - the budget doesn't exist.")
        return budget  # type: ignore[return-value]

    def find_notification(self, account_id: str, budget_name: str, details: _Details) -> Notification:
        """Return a notification or raise what AWS answers when the budget has no such one."""
        notification = self.find_budget(account_id, budget_name).find_notification(details)
        if notification is None:
            raise NotFoundException("Unable to get the notification - the notification doesn't exist.")
        return notification

    def find_tagged(self, arn: str) -> None:
        """Raise what AWS answers when there is no budget of that ARN."""
        if arn not in {self.arn_of(name) for budgets in self.budgets.values() for name in budgets}:
            raise NotFoundException(f"Unable to find the resource: {arn}")

    def create_notification(
        self, account_id: str, budget_name: str, notification: _Details, subscribers: _Details
    ) -> None:
        """Refuse a second notification of the same identity."""
        if budget_name in self.budgets[account_id] and self.find_budget(account_id, budget_name).find_notification(
            notification
        ):
            raise DuplicateRecordException("notification", f"{notification['NotificationType']}")
        _create_notification(self, account_id, budget_name, notification, subscribers)

    def delete_budget(self, account_id: str, budget_name: str) -> None:
        """Forget the tags with the budget."""
        _delete_budget(self, account_id, budget_name)
        self.tagger.delete_all_tags_for_resource(self.arn_of(budget_name))


@extends(BudgetsResponse)
class BudgetsSubscribersCalls(BudgetsResponse):
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html."""

    @property
    def _budgets(self) -> BudgetsSubscribersBackend:
        return self.backend  # type: ignore[return-value]

    @property
    def _budget(self) -> NotifyingBudget:
        return self._budgets.find_budget(self._get_param("AccountId"), self._get_param("BudgetName"))

    def _notification(self, parameter: str = "Notification") -> Notification:
        return self._budgets.find_notification(
            self._get_param("AccountId"), self._get_param("BudgetName"), self._get_param(parameter)
        )

    def create_budget(self) -> str:
        """Tag the budget that is created.

        https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html
        """
        answer = _create_budget(self)
        arn = self._budgets.arn_of(self._get_param("Budget")["BudgetName"])
        self._budgets.tagger.tag_resource(arn, self._get_param("ResourceTags", []))
        return answer

    def update_budget(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateBudget.html."""
        new: _Details = self._get_param("NewBudget")
        budget = self._budgets.find_budget(self._get_param("AccountId"), new["BudgetName"])
        period = budget.budget["TimePeriod"] | new.get("TimePeriod", {})
        budget.budget = new | {"TimePeriod": period, "LastUpdatedTime": unix_time()}
        return "{}"

    def update_notification(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateNotification.html."""
        self._notification("OldNotification").details = self._get_param("NewNotification")
        return "{}"

    def describe_subscribers_for_notification(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeSubscribersForNotification.html."""
        return json.dumps({"Subscribers": self._notification().subscribers})

    def create_subscriber(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateSubscriber.html."""
        subscribers, new = self._subscribers(), self._get_param("Subscriber")
        if new in subscribers:
            raise DuplicateRecordException("subscriber", new["Address"])
        subscribers.append(new)
        return "{}"

    def update_subscriber(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateSubscriber.html."""
        subscribers = self._subscribers()
        subscribers[self._position(subscribers, "OldSubscriber")] = self._get_param("NewSubscriber")
        return "{}"

    def delete_subscriber(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DeleteSubscriber.html."""
        subscribers = self._subscribers()
        del subscribers[self._position(subscribers, "Subscriber")]
        return "{}"

    def list_tags_for_resource(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_ListTagsForResource.html."""
        return json.dumps({"ResourceTags": self._budgets.tagger.list_tags_for_resource(self._tagged())["Tags"]})

    def tag_resource(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_TagResource.html."""
        self._budgets.tagger.tag_resource(self._tagged(), self._get_param("ResourceTags"))
        return "{}"

    def untag_resource(self) -> str:
        """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UntagResource.html."""
        self._budgets.tagger.untag_resource_using_names(self._tagged(), self._get_param("ResourceTagKeys"))
        return "{}"

    def _tagged(self) -> str:
        arn: str = self._get_param("ResourceARN")
        self._budgets.find_tagged(arn)
        return arn

    def _subscribers(self) -> list[_Details]:
        # moto annotates the list it keeps as a dict.
        return self._notification().subscribers  # type: ignore[return-value]

    def _position(self, subscribers: list[_Details], parameter: str) -> int:
        wanted: _Details = self._get_param(parameter)
        if wanted not in subscribers:
            raise NotFoundException(f"Unable to get subscriber: {wanted['Address']} - it doesn't exist.")
        return subscribers.index(wanted)
