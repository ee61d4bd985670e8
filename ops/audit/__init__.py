"""Judges the environment's security, with tools that this project did not write: `python -m ops.audit`."""
