"""Runs Python tasks for a Reproq worker.

A task is any importable function. What it may want from here is its context, and the exception
that tells it to stop.
"""

from reproq.cancellation import Terminated
from reproq.context import TaskContext, current

__all__ = ["TaskContext", "Terminated", "current"]
__version__ = "0.1.0"
