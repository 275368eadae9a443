"""The desk that a window asks about models: downloads with faults, tests, removals, prospects."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub_server import Fault, LocalHub

from engine.errors import HubError
from engine.hub.download import pull
from engine.hub.network import Hub, Patience
from engine.hub.store import Store
from engine.messages import Timing
from engine.model_desk import ModelDesk
from engine.model_messages import (
    Catalogued,
    Considered,
    Ended,
    ModelNews,
    Pulling,
    Refused,
    Verified,
)

CTC = "unispeech-sat-base-100h-libri-ft"
FRAMES = "someone/tiny-frames"
WEIGHTS = "pytorch_model.bin"
TIMING = Timing(step_s=0.5, lookahead_s=0.5, memory_s=1.0)
QUICK = Patience(retries=2, pause_s=0.0, timeout_s=10.0)


@pytest.fixture
def desk(hub: LocalHub, store: Store) -> Iterator[ModelDesk]:
    desk = ModelDesk(store, open_hub=lambda: Hub(hub.url, QUICK))
    yield desk
    desk.close()


def run(desk: ModelDesk) -> list[ModelNews]:
    """Do everything that was asked, as the threads would."""
    while desk.downloads.step() or desk.errands.step():
        pass
    return desk.drain()


def of_kind(kind: type, news: list[ModelNews]) -> list:
    return [one for one in news if isinstance(one, kind)]


def state_of(name: str, news: list[ModelNews]) -> str:
    entries = of_kind(Catalogued, news)[-1].entries
    return next(entry.state for entry in entries if entry.name == name)


def test_a_model_comes_with_progress_and_is_tested(desk: ModelDesk) -> None:
    desk.pull(CTC)
    news = run(desk)

    steps = of_kind(Pulling, news)
    assert steps[-1].done_bytes == steps[-1].total_bytes > 0
    assert all(check.ok for check in of_kind(Verified, news)[0].checks)
    assert Ended(CTC) in news
    assert state_of(CTC, news) == "here"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(CTC, status=404), "is not on"),
        (Fault(CTC, status=429, headers={"Retry-After": "900"}), "too many requests"),
    ],
    ids=["404", "429"],
)
def test_what_a_hub_refuses_is_one_line(
    desk: ModelDesk, hub: LocalHub, fault: Fault, said: str
) -> None:
    hub.faults = [fault]

    desk.pull(CTC)

    (refused,) = of_kind(Refused, run(desk))
    assert said in refused.message
    assert "\n" not in refused.message


def test_a_wrong_checksum_is_refused(desk: ModelDesk, hub: LocalHub) -> None:
    hub.sums[WEIGHTS] = "f" * 64

    desk.pull(CTC)
    news = run(desk)

    assert "arrived damaged" in of_kind(Refused, news)[0].message
    assert not of_kind(Verified, news)


def test_a_download_that_is_stopped_is_no_failure_and_goes_on_later(
    desk: ModelDesk, hub: LocalHub
) -> None:
    desk.pull(CTC)
    while not any(one.what == WEIGHTS for one in of_kind(Pulling, desk.drain())):
        desk.downloads.step()
    desk.stop(CTC)
    news = run(desk)

    assert not of_kind(Refused, news)
    assert state_of(CTC, news) == "partial"
    desk.pull(CTC)
    assert state_of(CTC, run(desk)) == "here"
    # Small as it is, the rest of it may have come with what was heard last.
    assert len(hub.asked_for(WEIGHTS)) <= 2


def test_a_silent_connection_does_not_hold_up_the_end(desk: ModelDesk, hub: LocalHub) -> None:
    weights = hub.repositories[f"microsoft/{CTC}"] / WEIGHTS
    hub.faults = [Fault(WEIGHTS, stall_at=weights.stat().st_size // 2)]
    desk.start()
    desk.pull(CTC)
    assert hub.stalled.wait(20)

    desk.close()

    assert state_of(CTC, desk.drain()) == "partial"
    assert not hub.closing.is_set()


def test_offline_nothing_is_asked_of_the_network(desk: ModelDesk, hub: LocalHub) -> None:
    desk.forbid_network(True)

    desk.pull(CTC)

    assert "the network is forbidden" in of_kind(Refused, run(desk))[0].message
    assert not hub.requests


def test_a_model_is_removed(desk: ModelDesk, pulled: Callable[..., Path]) -> None:
    pulled(CTC)

    desk.remove(CTC)

    assert state_of(CTC, run(desk)) == "absent"


def test_a_prospect_says_what_a_line_up_would_serve_lack_and_cost(
    desk: ModelDesk, tiny_models: str
) -> None:
    desk.consider((f"{tiny_models}/ctc", f"{tiny_models}/xvector"), "cpu", TIMING)

    (found,) = of_kind(Considered, run(desk))
    assert [part.task for part in found.prospect.parts] == ["ctc", "xvector"]
    assert found.prospect.tasks_off == ("frames",)
    assert found.prospect.trunk_passes == 1
    assert found.prospect.live_factor == pytest.approx(3 * found.prospect.pass_factor)
    assert found.prospect.writes_capitals


def test_what_cannot_be_used_is_said_before_it_is_used(desk: ModelDesk, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    desk.consider((str(empty),), "cpu", TIMING)

    assert "holds no config.json" in of_kind(Refused, run(desk))[0].message


def test_two_pulls_of_one_model_do_not_meet(hub: LocalHub, store: Store) -> None:
    first = pull(CTC, store, Hub(hub.url, QUICK))
    next(first)

    with pytest.raises(HubError, match="by another program"):
        next(pull(CTC, store, Hub(hub.url, QUICK)))
    with pytest.raises(HubError, match="by another program"):
        store.remove(CTC)

    first.close()
    list(pull(CTC, store, Hub(hub.url, QUICK)))
    assert store.find(CTC) is not None


def test_another_process_cannot_pull_what_this_one_pulls(
    hub: LocalHub, store: Store, repository: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from engine.hub.store import Store\n"
        f"with Store(Path(sys.argv[1])).claimed({CTC!r}): print('taken')"
    )
    other = [sys.executable, "-c", code, str(store.root)]
    first = pull(CTC, store, Hub(hub.url, QUICK))
    next(first)

    refused = subprocess.run(other, cwd=repository, capture_output=True, text=True, check=False)
    first.close()
    taken = subprocess.run(other, cwd=repository, capture_output=True, text=True, check=False)

    assert "by another program" in refused.stderr
    assert taken.stdout == "taken\n"


def test_models_can_be_of_anyone(desk: ModelDesk) -> None:
    desk.pull(FRAMES)

    assert state_of("someone--tiny-frames", run(desk)) == "here"
