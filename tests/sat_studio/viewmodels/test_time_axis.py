"""The shared time axis: following, panning, zooming, the cursor."""

import pytest

from sat_studio.viewmodels.time_axis import LONGEST_SPAN_S, NOW_AT, SHORTEST_SPAN_S, TimeAxis


@pytest.fixture
def axis() -> TimeAxis:
    """Return an axis a minute into a recording."""
    axis = TimeAxis()
    axis.advance(60.0)
    return axis


def test_now_stays_where_it_is_while_following(axis: TimeAxis) -> None:
    for now_s in (61.0, 75.5, 3600.0):
        axis.advance(now_s)

        assert (axis.now_s - axis.start_s) / axis.span_s == pytest.approx(NOW_AT)


def test_the_beginning_fills_from_the_left() -> None:
    axis = TimeAxis()

    axis.advance(1.0)

    assert axis.start_s == 0.0


def test_looking_back_holds_the_view(axis: TimeAxis) -> None:
    axis.pan(-20.0)
    held_s = axis.start_s

    axis.advance(90.0)

    assert not axis.is_following
    assert axis.start_s == held_s


def test_panning_forward_to_now_follows_again(axis: TimeAxis) -> None:
    axis.pan(-20.0)

    axis.pan(500.0)

    assert axis.is_following
    assert axis.start_s < axis.now_s < axis.stop_s


def test_zoom_keeps_the_time_under_the_pointer(axis: TimeAxis) -> None:
    axis.pan(-30.0)
    around_s = axis.start_s + 0.25 * axis.span_s

    axis.zoom(0.5, around_s)

    assert (around_s - axis.start_s) / axis.span_s == pytest.approx(0.25)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_zoom_has_bounds(axis: TimeAxis, factor: float) -> None:
    axis.zoom(factor)

    assert SHORTEST_SPAN_S <= axis.span_s <= LONGEST_SPAN_S


def test_a_cursor_out_of_view_brings_the_view_along(axis: TimeAxis) -> None:
    axis.move_cursor(5.0)

    assert not axis.is_following
    assert axis.start_s <= 5.0 <= axis.stop_s


@pytest.mark.parametrize(("asked_s", "given_s"), [(-3.0, 0.0), (99.0, 60.0)])
def test_the_cursor_stays_within_what_was_heard(
    axis: TimeAxis, asked_s: float, given_s: float
) -> None:
    axis.move_cursor(asked_s)

    assert axis.cursor_s == given_s
