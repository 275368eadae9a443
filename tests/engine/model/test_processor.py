"""The processor stands before and after a model as the published one does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import engine.model
from engine.errors import UsageError
from engine.model import Processor

transformers = pytest.importorskip("transformers")

RATE = engine.model.FeatureExtractor().sampling_rate
CLIP = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)


def test_the_published_snippet_runs(bootstrap_models: Path) -> None:
    folder, array, rate = bootstrap_models / "ctc", CLIP, RATE

    from engine.model import Processor as AutoProcessor
    from engine.model import UniSpeechSatForCTC as AutoModelForCTC

    processor = AutoProcessor.from_pretrained(folder)
    model = AutoModelForCTC.from_pretrained(folder, dtype="auto")
    inputs = processor(array, sampling_rate=rate, return_tensors="pt")
    with torch.no_grad():
        logits = model(**inputs).logits
    predicted_ids = torch.argmax(logits, dim=-1)
    text = processor.batch_decode(predicted_ids)[0]

    theirs = transformers.UniSpeechSatForCTC.from_pretrained(folder, dtype=torch.float32).eval()
    reader = transformers.Wav2Vec2Processor.from_pretrained(folder)
    with torch.no_grad():
        expected = theirs(**reader(array, sampling_rate=rate, return_tensors="pt")).logits
    assert torch.equal(predicted_ids, expected.argmax(-1))
    assert text == reader.batch_decode(expected.argmax(-1))[0]


def test_audio_with_text_gives_inputs_with_labels(bootstrap_models: Path) -> None:
    processor = Processor.from_pretrained(bootstrap_models / "ctc")
    batch = processor([CLIP, CLIP[:800]], sampling_rate=RATE, padding=True, text=["A", "TEA"])
    assert list(batch) == ["input_values", "attention_mask", "labels"]
    assert batch.labels.tolist() == [[7, 0, 0], [6, 5, 7]]
    assert processor(text="TEA").input_ids.tolist() == [[6, 5, 7]]


def test_padding_takes_inputs_and_labels(bootstrap_models: Path) -> None:
    processor = Processor.from_pretrained(bootstrap_models / "ctc")
    batch = processor.pad({"input_values": [CLIP, CLIP[:800]]}, labels=[[7], [6, 5]])
    assert batch.input_values.shape == (2, RATE)
    assert batch.labels.tolist() == [[7, 0], [6, 5]]


def test_offsets_come_with_the_text(bootstrap_models: Path) -> None:
    processor = Processor.from_pretrained(bootstrap_models / "ctc")
    result = processor.decode([6, 5, 5, 7], output_word_offsets=True)
    assert result.word_offsets == [{"word": "TEA", "start_offset": 0, "end_offset": 4}]


def test_a_checkpoint_without_text_has_a_processor_without(bootstrap_models: Path) -> None:
    processor = Processor.from_pretrained(bootstrap_models / "frames")
    assert processor(CLIP, sampling_rate=RATE).input_values.shape == (1, RATE)
    with pytest.raises(UsageError, match="writes no text"):
        processor.batch_decode([[1]])
    with pytest.raises(UsageError, match="nothing to process"):
        processor()


def test_files_are_read_back_by_both(bootstrap_models: Path, tmp_path: Path) -> None:
    processor = Processor.from_pretrained(bootstrap_models / "ctc")
    processor.save_pretrained(tmp_path)
    assert Processor.from_pretrained(tmp_path) == processor
    theirs: Any = transformers.Wav2Vec2Processor.from_pretrained(tmp_path)
    assert theirs.decode([6, 5, 5, 7]) == "TEA"


@pytest.mark.parametrize("padding", [True, "longest"])
def test_a_collator_pads_rows_as_published(bootstrap_models: Path, padding: Any) -> None:
    folder = bootstrap_models / "ctc"
    ours = Processor.from_pretrained(folder)
    theirs = transformers.Wav2Vec2Processor.from_pretrained(folder)
    rows = [{"input_values": CLIP[:900]}, {"input_values": CLIP[:500]}]
    labels = [{"input_ids": [5, 6, 7]}, {"input_ids": [8]}]
    for name, found, expected in (
        (
            "input_values",
            ours.pad(rows, padding=padding, return_tensors="pt"),
            theirs.pad(rows, padding=padding, return_tensors="pt"),
        ),
        (
            "labels",
            ours.pad(labels=labels, padding=padding, return_tensors="pt"),
            {
                "labels": theirs.pad(labels=labels, padding=padding, return_tensors="pt")[
                    "input_ids"
                ]
            },
        ),
    ):
        assert torch.equal(found[name], expected[name])
