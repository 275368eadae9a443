"""Recordings that are kept for a time go when it is over; nothing else ever does."""

import os
from pathlib import Path

import pytest

from engine.audio import retention

DAY_S = 86_400.0
NOW_S = 1_000 * DAY_S


def left(folder: Path, name: str, *, age_days: float) -> Path:
    """Leave a file of an age in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"sound")
    os.utime(path, (NOW_S - age_days * DAY_S,) * 2)
    return path


def test_what_is_kept_for_good_lies_in_the_folder_itself(tmp_path: Path) -> None:
    assert retention.folder_for(tmp_path, None) == tmp_path


@pytest.mark.parametrize("suffix", [".flac", ".w64"])
def test_a_recording_goes_when_its_days_are_over(tmp_path: Path, suffix: str) -> None:
    week = retention.folder_for(tmp_path, 7)
    old, young = left(week, f"old{suffix}", age_days=7.1), left(week, "young.flac", age_days=6.9)

    assert retention.expire(tmp_path, NOW_S) == 1

    assert not old.exists()
    assert young.exists()


def test_each_recording_is_kept_as_long_as_was_chosen_for_it(tmp_path: Path) -> None:
    kept = left(retention.folder_for(tmp_path, None), "kept.flac", age_days=900)
    month = left(retention.folder_for(tmp_path, 30), "month.flac", age_days=20)
    week = left(retention.folder_for(tmp_path, 7), "week.flac", age_days=20)

    retention.expire(tmp_path, NOW_S)

    assert [path.exists() for path in (kept, month, week)] == [True, True, False]


def test_files_that_are_no_recordings_stay(tmp_path: Path) -> None:
    notes = left(retention.folder_for(tmp_path, 7), "notes.txt", age_days=100)
    others = left(tmp_path / "holidays", "sea.flac", age_days=100)

    assert retention.expire(tmp_path, NOW_S) == 0
    assert notes.exists()
    assert others.exists()


def test_where_nothing_was_ever_recorded_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert retention.expire(tmp_path / "none", NOW_S) == 0
