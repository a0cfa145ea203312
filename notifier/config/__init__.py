"""config.toml becomes a typed, frozen Config, or every problem at once (DESIGN 3.8)."""

from notifier.config.config import Config, Http, Intake, Notices, School
from notifier.config.loading import load
from notifier.config.problems import ConfigProblems

__all__ = ["Config", "ConfigProblems", "Http", "Intake", "Notices", "School", "load"]
