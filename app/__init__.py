"""The reference service: notes with attachments for whoever holds a session, on all tiers of the environment.

Run as `python -m app`, or `python -m app migrate` for the database's schema. What every image has to keep, whatever it
does: docs/service.md.
"""
