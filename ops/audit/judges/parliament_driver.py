"""Runs within the judges' environment: policies by name in, what parliament says of them out, both as JSON.

Parliament's own command line says nothing of policies without findings, so nobody could tell whether it has read them.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")  # parliament still imports pkg_resources

import parliament  # type: ignore[import-not-found]  # noqa: E402 - it is in the judges' environment alone


def main() -> None:
    """Judge what stands on the standard input."""
    statements, findings = {}, []
    for name, document in json.load(sys.stdin).items():
        policy = parliament.analyze_policy_string(json.dumps(document), config=parliament.config)
        statements[name] = len(policy.statements)
        findings += [
            {
                "policy": name,
                "issue": finding.issue,
                "severity": finding.severity,
                "title": finding.title,
                "detail": finding.detail,
            }
            for finding in map(parliament.enhance_finding, policy.findings)
        ]
    json.dump({"version": parliament.__version__, "statements": statements, "findings": findings}, sys.stdout)


if __name__ == "__main__":
    main()
