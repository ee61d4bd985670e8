"""Zonal shift of the Application Recovery Controller: a service that moto lacks, laid out as moto lays out its own."""

import re
import sys

from moto import backend_index

from emulator.services.arc_zonal_shift.models import arczonalshift_backends

# moto finds its services by the name of a module below it, and by what their hosts look like.
backend_index.backend_url_patterns.append(
    ("arc-zonal-shift", re.compile(r"https?://arc-zonal-shift\.(.+)\.amazonaws\.com"))
)
sys.modules["moto.arczonalshift"] = sys.modules[__name__]

__all__ = ["arczonalshift_backends"]
