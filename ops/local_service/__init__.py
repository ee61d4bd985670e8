"""The deployed service as processes of this machine, so that a newcomer can open it in a browser."""
