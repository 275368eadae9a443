"""The published classes by name, and opening a folder as the one it names."""

from pathlib import Path

import torch

from engine.errors import CheckpointError
from engine.model.checkpoint import check_folder
from engine.model.config import UniSpeechSatConfig
from engine.model.encoder import UniSpeechSatModel
from engine.model.heads import (
    UniSpeechSatForAudioFrameClassification,
    UniSpeechSatForCTC,
    UniSpeechSatForSequenceClassification,
)
from engine.model.pretraining import UniSpeechSatForPreTraining
from engine.model.published import AttentionImplementation, Compat, Dtype
from engine.model.xvector import UniSpeechSatForXVector

Model = (
    UniSpeechSatModel
    | UniSpeechSatForCTC
    | UniSpeechSatForSequenceClassification
    | UniSpeechSatForAudioFrameClassification
    | UniSpeechSatForXVector
    | UniSpeechSatForPreTraining
)
CLASSES: dict[str, type[Model]] = {
    "UniSpeechSatModel": UniSpeechSatModel,
    "UniSpeechSatForCTC": UniSpeechSatForCTC,
    "UniSpeechSatForSequenceClassification": UniSpeechSatForSequenceClassification,
    "UniSpeechSatForAudioFrameClassification": UniSpeechSatForAudioFrameClassification,
    "UniSpeechSatForXVector": UniSpeechSatForXVector,
    "UniSpeechSatForPreTraining": UniSpeechSatForPreTraining,
}


def load(
    folder: str | Path,
    *,
    device: str | torch.device | None = None,
    dtype: Dtype = "auto",
    attn_implementation: AttentionImplementation = "sdpa",
    compat: Compat = None,
) -> Model:
    """Open a folder as the class that ``architectures`` in its config.json names."""
    names = UniSpeechSatConfig.from_pretrained(check_folder(folder)).architectures
    for name in names:
        if name in CLASSES:
            return CLASSES[name].from_pretrained(
                folder,
                device=device,
                dtype=dtype,
                attn_implementation=attn_implementation,
                compat=compat,
            )
    said = f"is a {', '.join(names)}" if names else "does not say its architecture"
    raise CheckpointError(
        f"{folder} {said}; this program opens {', '.join(CLASSES)}: "
        "name one of these under architectures in config.json if its weights fit"
    )
