"""The self-test of a model: its files, its keys, its positions, what it says, how fast."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import torch

from engine.checks import Check
from engine.clock import SAMPLE_RATE
from engine.errors import CheckpointError
from engine.hub.network import sha256_of
from engine.hub.published import find
from engine.hub.store import Source
from engine.model import (
    FeatureExtractor,
    UniSpeechSatConfig,
    UniSpeechSatModel,
    content_hash,
    load,
    trunk_hash,
)
from engine.model.architectures import Model
from engine.model.checkpoint import TRUNK_PREFIX, list_tensors, read_tensors

POSITIONS = f"{TRUNK_PREFIX}encoder.pos_conv_embed.conv.weight_"
PROBE_S = 1.0
TIMES = 3
"""How often it is timed; the best counts, since others may use the machine too."""
ROUNDINGS = 64
"""How many of the smallest steps of its type a folded weight may be away from the exact one."""
AGAIN = "remove the model and pull it again, or download the folder again"


def self_test(folder: Path, device: str = "cpu", dtype: str = "auto") -> Iterator[Check]:
    """Yield what is found of a model folder; a check that fails ends the test."""
    try:
        for check in _checks(folder, device, dtype):
            yield check
            if not check.ok and check.is_needed:
                return
    except CheckpointError as error:
        yield Check("keys", ok=False, value=folder.name, way_out=str(error))


def _checks(folder: Path, device: str, dtype: str) -> Iterator[Check]:
    source = Source.read(folder)
    if source is not None:
        yield _files(folder, source)
    yield from _revision(folder)
    model = load(folder, device=device, dtype=dtype)
    parameters = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    kind = str(model.dtype).removeprefix("torch.")
    yield Check(
        "keys",
        ok=True,
        value=f"{type(model).__name__}, {parameters:.1f} M parameters, {kind} on {model.device}",
    )
    yield _positions(folder, model)
    yield from _output(folder, model)
    hashes = f"hash {content_hash(folder)[:12]}, trunk {trunk_hash(folder)[:12]}"
    yield Check("hashes", ok=True, value=hashes)


def _files(folder: Path, source: Source) -> Check:
    """Compare every file with what it was when it was pulled."""
    changed = [
        file.name
        for file in source.files
        if not (folder / file.name).is_file() or sha256_of(folder / file.name) != file.sha256
    ]
    return Check(
        "files",
        ok=not changed,
        value=f"{source.repository} at {source.revision[:12]}, "
        + (f"changed: {', '.join(changed)}" if changed else f"{len(source.files)} files as pulled"),
        way_out=AGAIN,
    )


def _revision(folder: Path) -> Iterator[Check]:
    """Say what is known to be wrong with a published checkpoint."""
    published = find(folder.name)
    if published is None or not published.wrong_config:
        return
    config = UniSpeechSatConfig.from_pretrained(folder)
    is_wrong = any(getattr(config, name) == value for name, value in published.wrong_config.items())
    yield Check(
        "revision",
        ok=not is_wrong,
        value="superseded, wrong weights" if is_wrong else "not the superseded one",
        way_out=f"`sat-studio models remove {folder.name}`, then pull it again",
    )


def _positions(folder: Path, model: Model) -> Check:
    """Compare the folded weight of the positional convolution with one computed afresh."""
    trunk = model if isinstance(model, UniSpeechSatModel) else model.unispeech_sat
    names = {name: tensor for name, tensor in list_tensors(folder).items() if POSITIONS in name}
    stored = {name: tensor.double().clone() for name, tensor in read_tensors(names)}
    length, direction = stored[f"{POSITIONS}g"], stored[f"{POSITIONS}v"]  # (1, 1, K), (D, D/G, K)
    exact = length * direction / direction.norm(dim=(0, 1), keepdim=True)
    with torch.inference_mode():
        folded = trunk.encoder.pos_conv_embed.conv.fold().detach().cpu()
    error = float((folded.double() - exact).abs().max() / exact.abs().max())
    return Check(
        "positions",
        ok=error <= ROUNDINGS * torch.finfo(folded.dtype).eps,
        value=f"{exact.shape[-1]} taps, folded to within {error:.0e}",
        way_out=f"its weight norm was read wrongly: {AGAIN}",
    )


def _output(folder: Path, model: Model) -> Iterator[Check]:
    """Let the network hear noise: what it says is looked at, then how long it takes."""
    features = FeatureExtractor.from_pretrained(folder)
    noise = np.random.default_rng(0).standard_normal(round(PROBE_S * SAMPLE_RATE))
    inputs = features(noise.astype(np.float32), sampling_rate=SAMPLE_RATE)
    heard = inputs["input_values"].to(model.device, model.dtype)
    with torch.inference_mode():
        said = model(heard, output_hidden_states=True)
        took_s = min(_time_s(model, heard) for _ in range(TIMES))
    states = said.hidden_states
    assert states is not None
    numbers = [tensor for field in said for tensor in _tensors(field)]
    is_finite = all(bool(torch.isfinite(tensor).all()) for tensor in numbers)
    is_deaf = is_finite and float(states[-1].float().std(dim=1).max()) == 0
    yield Check(
        "output",
        ok=is_finite and not is_deaf,
        value=f"{states[-1].shape[1]} frames of {PROBE_S:g} s of noise"
        + (", all alike" if is_deaf else "" if is_finite else ", not finite"),
        way_out=f"choose --dtype float32, or {AGAIN}",
    )
    yield Check("speed", ok=True, value=f"{took_s / PROBE_S:.2f} of real time")


def _time_s(model: Model, heard: torch.Tensor) -> float:
    """Return how long one pass takes, until its result is back from the device."""
    start = perf_counter()
    for field in model(heard):
        _tensors(field)[0].cpu()
    return perf_counter() - start


def _tensors(field: torch.Tensor | tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return field if isinstance(field, tuple) else (field,)
