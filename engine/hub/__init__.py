"""Which models there are, where they lie, and how they come, are tested and leave."""

from engine.hub.folders import (
    EMBEDDED,
    TASK_OF,
    TASKS,
    Thresholds,
    folders,
    stated_thresholds,
    task_of,
)

__all__ = [
    "EMBEDDED",
    "TASKS",
    "TASK_OF",
    "Thresholds",
    "folders",
    "stated_thresholds",
    "task_of",
]
