"""Which models there are, where they lie, and how they come, are tested and leave."""

from engine.hub.folders import (
    EMBEDDED,
    EXTRA_TASKS,
    TASK_OF,
    TASKS,
    Chosen,
    Thresholds,
    choose,
    folders,
    stated_thresholds,
    task_of,
)

__all__ = [
    "EMBEDDED",
    "EXTRA_TASKS",
    "TASKS",
    "TASK_OF",
    "Chosen",
    "Thresholds",
    "choose",
    "folders",
    "stated_thresholds",
    "task_of",
]
