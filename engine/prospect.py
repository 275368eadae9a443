"""Foresees a line-up: what it would serve, lack and cost, before any of it is loaded."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from time import perf_counter

import numpy as np
import torch

from engine import compute
from engine.clock import SAMPLE_RATE
from engine.hub import TASKS, Chosen, choose
from engine.lineup import trunk_key
from engine.messages import Timing
from engine.model import CTCTokenizer, UniSpeechSatConfig, UniSpeechSatModel
from engine.model.checkpoint import list_tensors
from engine.model_messages import Part, Prospect
from engine.streaming.window import Stepper
from engine.text.letter_case import writes_capitals

PROBE_S = 2.0
TIMES = 3
"""How often a probe is timed; the best counts, since others may use the machine too."""
PROBED_LAYERS = (1, 3)


class Foresight:
    """Foresees line-ups, and keeps what it measured: a trunk's speed is measured once."""

    def __init__(self) -> None:
        self._factors: dict[tuple[str, str], float] = {}
        self._keys: dict[tuple[Path, float], tuple[str, str]] = {}

    def prospect(self, names: Sequence[str], device: str, timing: Timing) -> Prospect:
        """Return what ``names`` would make; raises CheckpointError where they cannot be used."""
        on = compute.resolve(device)
        chosen = choose(names)
        factors: dict[tuple[str, str], float] = {}
        live: set[tuple[str, str]] = set()
        for one in chosen:
            key = self._trunk_key(one.folder)
            factors[key] = self._factor(UniSpeechSatConfig.from_pretrained(one.folder), on)
            if one.task in TASKS:
                live.add(key)
        final_factor, step_factor = sum(factors.values()), sum(factors[key] for key in live)
        served = [one.task for one in chosen]
        return Prospect(
            models=tuple(names),
            parts=tuple(_part(one) for one in chosen),
            tasks_off=tuple(task for task in TASKS if task not in served),
            trunk_passes=len(factors),
            pass_factor=final_factor,
            # Once for the final result of a segment, and before that step by step.
            live_factor=final_factor + step_factor * Stepper(timing).work_per_frame(),
            device=on,
            writes_capitals=_writes_capitals(chosen),
        )

    def _trunk_key(self, folder: Path) -> tuple[str, str]:
        """Return what tells trunks apart; a folder's weights are read once."""
        at = (folder, max(file.stat().st_mtime for file in folder.iterdir()))
        if at not in self._keys:
            self._keys[at] = trunk_key(folder)
        return self._keys[at]

    def _factor(self, config: UniSpeechSatConfig, device: str) -> float:
        key = (repr(sorted(config.trunk_fields().items())), device)
        if key not in self._factors:
            self._factors[key] = measured_factor(config, device)
        return self._factors[key]


def measured_factor(config: UniSpeechSatConfig, device: str) -> float:
    """Return which share of real time one pass of a trunk takes.

    Speed does not depend on what the weights are, and every layer takes as long as the others: two
    small networks of the true widths are timed, and no checkpoint is read.
    """
    few, more = PROBED_LAYERS
    few_s, more_s = (_time_s(replace(config, num_hidden_layers=n), device) for n in PROBED_LAYERS)
    layer_s = max(0.0, (more_s - few_s) / (more - few))
    return (few_s + layer_s * (config.num_hidden_layers - few)) / PROBE_S


def _time_s(config: UniSpeechSatConfig, device: str) -> float:
    network = UniSpeechSatModel(config).to(device).eval()
    noise = np.random.default_rng(0).standard_normal((1, round(PROBE_S * SAMPLE_RATE)))
    heard = torch.from_numpy(noise.astype(np.float32)).to(device)
    times = []
    with torch.inference_mode():
        for _ in range(TIMES):
            start = perf_counter()
            network(heard).last_hidden_state.cpu()
            times.append(perf_counter() - start)
    return min(times)


def _part(chosen: Chosen) -> Part:
    tensors = list_tensors(chosen.folder).values()
    return Part(
        task=chosen.task,
        title=chosen.title,
        folder=str(chosen.folder),
        parameters=sum(prod(tensor.shape) for tensor in tensors),
    )


def _writes_capitals(chosen: Sequence[Chosen]) -> bool:
    return any(
        writes_capitals(CTCTokenizer.from_pretrained(one.folder).vocabulary)
        for one in chosen
        if one.task == "ctc"
    )
