"""The tour: a scripted story in which a real bot process is used by made-up people, and every promise is checked."""

from .director import run_tour
from .town import BLAINE, LOS_SANTOS, PALETO, PLANS, VESPUCCI, Plan, Town

__all__ = ["BLAINE", "LOS_SANTOS", "PALETO", "PLANS", "VESPUCCI", "Plan", "Town", "run_tour"]
