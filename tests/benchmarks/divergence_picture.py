"""Draws what ``inspect --divergence --json`` printed: how far live results are from offline ones.

``python tests/benchmarks/divergence_picture.py PICTURE.svg NAME=ROWS.jsonl ...``; one line for
each NAME, one panel for each of step, lookahead and memory, the other two being the preset's.
"""

import json
import sys
from dataclasses import dataclass
from math import ceil, floor, log10
from pathlib import Path

from engine.streaming.presets import BALANCED

TIMES = {"step_s": "step, s", "lookahead_s": "lookahead, s", "memory_s": "memory, s"}
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
PANEL = (250, 190)
MARGIN = 70
TOP = 46
LABEL = 24
"""Labels stand at least so far apart."""


@dataclass(frozen=True)
class Curve:
    """Points (time in s, divergence in nats) of one model in one panel."""

    name: str
    points: list[tuple[float, float]]


def curves_of(name: str, rows: list[dict[str, float]]) -> dict[str, Curve]:
    """Return the curve of each time: the rows whose two other times are the preset's."""
    found = {}
    for time in TIMES:
        others = [other for other in TIMES if other != time]
        chosen = [row for row in rows if all(row[o] == getattr(BALANCED, o) for o in others)]
        points = sorted((row[time], row["kl"]) for row in chosen)
        found[time] = Curve(name, points)
    return found


def text(x: float, y: float, said: str, anchor: str = "middle") -> str:
    """Return words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{said}</text>'


def panel(left: float, title: str, curves: list[Curve], decades: range) -> list[str]:
    """Return one panel with its axes; ``decades`` are the powers of ten on its scale."""
    width, height = PANEL
    latest = max(x for curve in curves for x, _ in curve.points)
    bottom = TOP + height

    def level(power: float) -> float:
        return bottom - height * (power - decades[0]) / (decades[-1] - decades[0])

    drawn = [text(left + width / 2, bottom + 38, title)]
    for power in decades:
        y = level(power)
        drawn.append(f'<path d="M{left} {y:.1f}h{width}" stroke="#bbb" stroke-width="0.6"/>')
        drawn.append(text(left - 6, y + 4, f"{10.0**power:g}", "end"))
    free = left - LABEL
    for x in sorted({x for curve in curves for x, _ in curve.points}):
        place = left + width * x / latest
        if place - free >= LABEL:
            drawn.append(text(place, bottom + 17, f"{x:g}"))
            free = place
    for colour, curve in zip(COLOURS, curves, strict=False):
        places = [(left + width * x / latest, level(log10(y))) for x, y in curve.points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        drawn.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>' for x, y in places]
    return drawn


def picture(models: dict[str, dict[str, Curve]]) -> str:
    """Return the picture as SVG, readable on light and on dark."""
    width = len(TIMES) * (PANEL[0] + MARGIN) + 24
    height = TOP + PANEL[1] + 52
    powers = [
        log10(y) for curves in models.values() for curve in curves.values() for _, y in curve.points
    ]
    decades = range(floor(min(powers)), ceil(max(powers)) + 1)
    drawn = [text(12, 20, "divergence of live from offline CTC probabilities, nats", "start")]
    place = width - 12.0
    for colour, name in reversed(list(zip(COLOURS, models, strict=False))):
        drawn.append(text(place, 20, name, "end"))
        place -= 8.6 * len(name) + 10
        drawn.append(f'<circle cx="{place:.1f}" cy="16" r="4" fill="{colour}"/>')
        place -= 18
    for number, (time, title) in enumerate(TIMES.items()):
        curves = [curves[time] for curves in models.values()]
        drawn += panel(MARGIN + number * (PANEL[0] + MARGIN), title, curves, decades)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="13" fill="#777">\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def main() -> None:
    """Read the rows and write the picture."""
    target, *sources = sys.argv[1:]
    models = {}
    for source in sources:
        name, _, file = source.partition("=")
        lines = Path(file).read_text(encoding="utf-8").splitlines()
        models[name] = curves_of(name, [json.loads(line) for line in lines])
    Path(target).write_text(picture(models), encoding="utf-8")


if __name__ == "__main__":
    main()
