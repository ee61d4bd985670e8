"""Brings state and account together again after a run was killed. Nothing here deletes anything in the account."""
