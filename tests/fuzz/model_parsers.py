"""A model folder, file by file: weights of three kinds and everything that lies beside them."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from damage import damaged, lying_json, tampered
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from parser import Parser, Read

from engine import lineup, model
from engine.analyser import Stream
from engine.clock import SAMPLE_RATE
from engine.hub.store import SOURCE_FILE, Source
from engine.model.checkpoint import content_hash
from engine.pipeline import Pipeline

CONFIG = model.UniSpeechSatConfig(
    hidden_size=4,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=4,
    conv_dim=(2,) * 7,
    num_conv_pos_embeddings=4,
    num_conv_pos_embedding_groups=2,
    vocab_size=6,
    tdnn_dim=(4, 4, 4, 4, 4),
    xvector_output_dim=4,
)
VOCABULARY = {"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3, "|": 4, "A": 5}
NOISE = np.random.default_rng(0).standard_normal(SAMPLE_RATE).astype(np.float32) / 10
Opened = tuple[Read, SearchStrategy[bytes]]


def write_model(folder: Path, *, kind: type = model.UniSpeechSatForCTC) -> Path:
    """Write the smallest model of the family."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kind(CONFIG).save_pretrained(folder)
    model.FeatureExtractor().save_pretrained(folder)
    model.CTCTokenizer(vocabulary=VOCABULARY).save_pretrained(folder)
    return folder


def reader(folder: Path, name: str) -> Read:
    """Return what puts content in place of one file, and runs the model that is then there."""

    def read(content: bytes) -> None:
        (folder / name).write_bytes(content)
        line_up = lineup.load([str(folder)], "cpu")
        stream = Stream(Pipeline(line_up))
        stream.push(NOISE)
        stream.finish()
        content_hash(folder)

    return read


def settings_file(name: str, kind: type = model.UniSpeechSatForCTC) -> Callable[[Path], Opened]:
    """Return what fuzzes one of the JSON files of a model."""

    def open_(folder: Path) -> Opened:
        whole: Mapping[str, object] = json.loads(
            (write_model(folder, kind=kind) / name).read_text()
        )
        return reader(folder, name), lying_json(whole)

    return open_


def open_safetensors(folder: Path) -> Opened:
    name = "model.safetensors"
    whole = (write_model(folder) / name).read_bytes()
    end = 8 + int.from_bytes(whole[:8], "little")
    fields, data = json.loads(whole[8:end]), whole[end:]

    def packed(changed: dict[str, object]) -> bytes:
        header = json.dumps(changed).encode()
        return len(header).to_bytes(8, "little") + header + data

    return reader(folder, name), st.one_of(damaged([whole]), tampered(fields).map(packed))


def open_pickle(folder: Path) -> Opened:
    name = "pytorch_model.bin"
    state = model.load(write_model(folder)).state_dict()
    (folder / "model.safetensors").unlink()
    torch.save(state, folder / name)
    whole = (folder / name).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        entries = {entry: archive.read(entry) for entry in archive.namelist()}
    inside = next(entry for entry in entries if entry.endswith("data.pkl"))

    def packed(program: bytes) -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            for entry, content in entries.items():
                archive.writestr(entry, program if entry == inside else content)
        return written.getvalue()

    return reader(folder, name), st.one_of(
        damaged([whole]),
        damaged([entries[inside]]).map(packed),
        st.binary(max_size=200).map(packed),
    )


def open_index(folder: Path) -> Opened:
    name = "model.safetensors.index.json"
    write_model(folder)
    (folder / "model.safetensors").rename(folder / "model-1.safetensors")
    index = {"metadata": {"total_size": 1}, "weight_map": {"lm_head.bias": "model-1.safetensors"}}
    return reader(folder, name), lying_json(index)


def open_thresholds(folder: Path) -> Opened:
    write_model(folder, kind=model.UniSpeechSatForXVector)
    name = "verification.json"
    return reader(folder, name), lying_json({"threshold": 0.7, "tracking_threshold": 0.5})


def open_source(folder: Path) -> Opened:
    file = {"name": "config.json", "size_bytes": 3, "sha256": "00"}
    source = {
        "repository": "a/b",
        "revision": "00",
        "endpoint": "http://localhost",
        "licence": None,
        "files": [file],
        "converted_from": None,
    }

    def read(content: bytes) -> None:
        (folder / SOURCE_FILE).write_bytes(content)
        assert Source.read(folder) is not None

    return read, lying_json(source)


def open_features(folder: Path) -> Opened:
    name = "processor_config.json"
    write_model(folder)
    (folder / "preprocessor_config.json").unlink()
    return reader(folder, name), lying_json({"feature_extractor": {"sampling_rate": 16_000}})


PARSERS = (
    Parser("model.safetensors", open_safetensors),
    Parser("pytorch_model.bin", open_pickle),
    Parser("index of shards", open_index),
    Parser("config.json", settings_file("config.json")),
    Parser("config.json, x-vectors", settings_file("config.json", model.UniSpeechSatForXVector)),
    Parser("preprocessor_config.json", settings_file("preprocessor_config.json")),
    Parser("processor_config.json", open_features),
    Parser("vocab.json", settings_file("vocab.json")),
    Parser("tokenizer_config.json", settings_file("tokenizer_config.json")),
    Parser("verification.json", open_thresholds, "verification.json"),
    Parser("source.json of a pulled model", open_source, SOURCE_FILE),
)
