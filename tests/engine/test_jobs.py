"""Jobs run in steps, one after the other, and can be ended between any two of them."""

from engine.jobs import Job, Jobs


def counting(log: list[str], name: str, steps: int = 3) -> Job:
    try:
        for number in range(steps):
            log.append(f"{name}{number}")
            yield
    finally:
        log.append(f"{name} over")


def run(jobs: Jobs) -> None:
    while jobs.step():
        pass


def test_jobs_run_one_after_the_other() -> None:
    log: list[str] = []
    jobs = Jobs("test")
    jobs.add("a", counting(log, "a", 2))
    jobs.add("b", counting(log, "b", 1))

    run(jobs)

    assert log == ["a0", "a1", "a over", "b0", "b over"]


def test_a_job_that_is_ended_cleans_up_and_makes_room() -> None:
    log: list[str] = []
    jobs = Jobs("test")
    jobs.add("a", counting(log, "a"))
    jobs.add("b", counting(log, "b", 1))
    jobs.step()

    jobs.end("a")
    run(jobs)

    assert log == ["a0", "a over", "b0", "b over"]


def test_a_job_that_is_ended_before_it_began_never_begins() -> None:
    log: list[str] = []
    jobs = Jobs("test")
    jobs.add("a", counting(log, "a"))

    jobs.end("a")

    assert not jobs.holds("a")
    run(jobs)
    assert log == []


def test_closing_ends_what_runs_and_joins_the_thread() -> None:
    log: list[str] = []
    jobs = Jobs("test")
    jobs.add("a", counting(log, "a", 1_000_000_000))
    jobs.start()

    jobs.close()
    jobs.close()

    assert not log or log[-1] == "a over"
