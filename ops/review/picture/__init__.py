"""The architecture as a picture, drawn from a plan or from what was synthesized, so that it cannot be stale."""

from ops.review.picture.build import architecture_of, architecture_of_plan
from ops.review.picture.draw import draw
from ops.review.picture.model import Architecture

__all__ = ["Architecture", "architecture_of", "architecture_of_plan", "draw"]
