"""The events that plots draw of a stretch: CTC probabilities and activity."""

from engine.messages import Activity, Event, Floats, Posterior, Span, Stage, read_only


def shown(
    span: Span,
    posterior: Floats | None,
    activity: Floats | None,
    committed_samples: int,
    speakers: tuple[str | None, ...],
    stage: Stage,
) -> list[Event]:
    """Return ``posterior`` (T, V) and ``activity`` (T, S) as events, as far as there are any."""
    events: list[Event] = []
    if posterior is not None:
        events.append(
            Posterior(
                start_samples=span.start_samples,
                stop_samples=span.stop_samples,
                posterior=read_only(posterior),
                committed_samples=committed_samples,
                stage=stage,
            )
        )
    if activity is not None:
        events.append(
            Activity(
                start_samples=span.start_samples,
                stop_samples=span.stop_samples,
                posterior=read_only(activity),
                speakers=speakers,
                stage=stage,
            )
        )
    return events
