"""The final pass: a whole clip through a trunk, in slices between which something else may run."""

from collections.abc import Generator, Iterator
from typing import TypeVar

import torch
from torch import Tensor

from engine.model import UniSpeechSatModel
from engine.model.layers import PostNormLayer
from engine.model.waveform import ConvLayer

SLICE_WORK = 5e9
"""Multiplications of one slice at most, where it can be divided: about 100 ms on two cores."""
WORK_PER_OUTPUT = 50
"""What norm and activation of one output of a convolution cost, in multiplications."""

# Shapes: N samples, C channels, T frames, D width.

Result = TypeVar("Result")


def in_one(slices: Generator[float, None, Result]) -> Result:
    """Run all slices at once and return their result."""
    while True:
        try:
            next(slices)
        except StopIteration as end:
            result: Result = end.value
            return result


@torch.inference_mode()
def encode(
    trunk: UniSpeechSatModel, waveform: Tensor, part: float
) -> Generator[float, None, tuple[Tensor, ...]]:
    """Return the L + 1 hidden states (1, T, D) of a clip (1, N).

    Between slices the share of the work that the last one was is given, of ``part`` in all. Where
    a clip is cut into slices depends on its length and the network alone, so the result does not
    depend on what runs between them.
    """
    whole = _work(trunk, waveform.shape[1])
    undone = 0.0
    states: list[Tensor] = []
    for work in _stages(trunk, waveform, states):
        if undone >= SLICE_WORK:
            yield undone / whole * part
            undone = 0.0
        undone += work
    return tuple(states)


def _stages(trunk: UniSpeechSatModel, waveform: Tensor, states: list[Tensor]) -> Iterator[float]:
    """Fill ``states``; after each stage say how much work it was."""
    features: list[Tensor] = []
    for block in trunk.feature_extractor.blocks(waveform):
        features.append(block)
        yield block.shape[1] * _frame_work(trunk)
    x, _ = trunk.feature_projection(torch.cat(features, 1))  # (1, T, D)
    states.append(trunk.encoder.open(x))
    yield _position_work(trunk, x.shape[1])
    for layer in trunk.encoder.layers:
        assert isinstance(layer, PostNormLayer)
        state, _ = layer(states[-1], None, eager=False)
        states.append(state)
        yield _layer_work(trunk, x.shape[1])


def _work(trunk: UniSpeechSatModel, samples: int) -> float:
    """Return the multiplications of a clip."""
    frames = trunk.config.clock.frames(samples)
    layers = trunk.config.num_hidden_layers * _layer_work(trunk, frames)
    return frames * _frame_work(trunk) + _position_work(trunk, frames) + layers


def _frame_work(trunk: UniSpeechSatModel) -> float:
    """Return the multiplications of the convolutions for one frame."""
    work, outputs = 0.0, 1
    for layer in reversed(trunk.feature_extractor.conv_layers):
        assert isinstance(layer, ConvLayer)
        channels = layer.conv.out_channels
        work += outputs * (layer.conv.weight.numel() + WORK_PER_OUTPUT * channels)
        outputs *= layer.conv.stride[0]
    return work


def _position_work(trunk: UniSpeechSatModel, frames: int) -> float:
    return float(frames * trunk.encoder.pos_conv_embed.conv.weight_v.numel())


def _layer_work(trunk: UniSpeechSatModel, frames: int) -> float:
    """Return the multiplications of one transformer layer."""
    width, inner = trunk.config.hidden_size, trunk.config.intermediate_size
    return float(frames * width * (4 * width + 2 * inner + 2 * frames))
