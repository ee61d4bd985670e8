"""Least privilege, proven: tables of what everyone must and must not be able to do, decided by a policy simulator.

The tables (`tables/`) are written from AWS's documentation, not from the policies. Each row is put to the simulator
with every policy that AWS would look at: the caller's own, the resource's, and those of the endpoints on the way.
"""
