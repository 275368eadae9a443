"""Line-ups asked for one after the other, answered in order."""

from fake_session import loaded

from engine.messages import Event, Failed, Load, Loading
from sat_studio.viewmodels.lineup import Lineup


def answer(lineup: Lineup, event: Event) -> None:
    lineup.apply(Loading(start_samples=0, stop_samples=0, what="it"))
    lineup.apply(event)


def failed() -> Failed:
    return Failed(start_samples=0, stop_samples=0, message="no")


def test_two_folders_in_a_row_are_both_taken() -> None:
    lineup = Lineup()
    answer(lineup, loaded())

    first, second = lineup.with_folder("/ctc"), lineup.with_folder("/frames")
    answer(lineup, loaded())

    assert lineup.in_use == first
    answer(lineup, loaded())
    assert lineup.in_use == second == Load(models=("/frames", "/ctc", "embedded"))


def test_a_folder_after_a_failed_start_builds_on_the_embedded_model() -> None:
    lineup = Lineup(Load(models=("/nope",)))
    answer(lineup, failed())

    assert lineup.with_folder("/ctc") == Load(models=("/ctc", "embedded"))


def test_a_failure_leaves_what_was_in_use() -> None:
    lineup = Lineup()
    answer(lineup, loaded())
    lineup.with_folder("/bad")
    answer(lineup, failed())

    assert lineup.in_use == Load()
    assert lineup.with_folder("/ctc") == Load(models=("/ctc", "embedded"))
