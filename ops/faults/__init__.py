"""Breaks deployments on purpose, and shows that none is lost: `python -m ops.faults`."""
