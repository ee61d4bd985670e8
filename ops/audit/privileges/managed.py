"""AWS's own policies that roles of ours are given, as AWS publishes them."""

from collections.abc import Mapping
from typing import Any

# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonRDSEnhancedMonitoringRole.html
_ENHANCED_MONITORING = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "EnableCreationAndManagementOfRDSCloudwatchLogGroups",
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
            "Resource": ["arn:aws:logs:*:*:log-group:RDS*"],
        },
        {
            "Sid": "EnableCreationAndManagementOfRDSCloudwatchLogStreams",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams", "logs:GetLogEvents"],
            "Resource": ["arn:aws:logs:*:*:log-group:RDS*:log-stream:*"],
        },
    ],
}

MANAGED: Mapping[str, Mapping[str, Any]] = {
    "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole": _ENHANCED_MONITORING,
}
