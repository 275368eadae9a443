"""Folders in the published layout: what one implementation writes the other loads."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import engine.model
from engine.errors import CheckpointError, UsageError
from engine.model import UniSpeechSatConfig, UniSpeechSatForCTC, UniSpeechSatModel, load
from engine.model.checkpoint import content_hash, list_tensors, trunk_hash

Saved = Callable[[Any], Path]
HEADS = (
    "Model",
    "ForCTC",
    "ForSequenceClassification",
    "ForAudioFrameClassification",
    "ForXVector",
    "ForPreTraining",
)
NEW_STYLE = ("parametrizations.weight.original0", "parametrizations.weight.original1")
OLD_STYLE = ("weight_g", "weight_v")


def rewrite(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> Path:
    """Change the stored tensors of a folder in place."""
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def rewrite_config(folder: Path, **changes: object) -> Path:
    """Change config.json of a folder in place; None takes a key away."""
    path = folder / "config.json"
    values = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: value for key, value in values.items() if value is not None}))
    return folder


def to_bin(folder: Path) -> Path:
    """Store the weights as pytorch_model.bin instead."""
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


def to_shards(folder: Path) -> Path:
    """Store the weights as two shards with an index instead."""
    tensors = load_file(folder / "model.safetensors")
    names = sorted(tensors)
    parts = {
        f"model-0000{number}-of-00002.safetensors": names[start::2]
        for number, start in ((1, 0), (2, 1))
    }
    for name, keys in parts.items():
        save_file({key: tensors[key] for key in keys}, folder / name, metadata={"format": "pt"})
    index = {"weight_map": {key: name for name, keys in parts.items() for key in keys}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "model.safetensors").unlink()
    return folder


def to_old_names(folder: Path) -> Path:
    """Spell weight norm as files of 2021 do."""

    def rename(tensors: dict[str, torch.Tensor]) -> None:
        for key in list(tensors):
            for new, old in zip(NEW_STYLE, OLD_STYLE, strict=True):
                if key.endswith(new):
                    tensors[key.removesuffix(new) + old] = tensors.pop(key)

    return rewrite(folder, rename)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("family", ["base", "large"])
@torch.inference_mode()
def test_the_published_implementation_loads_what_is_saved_here(
    oracle: Any, tmp_path: Path, clip: Any, compare: Any, head: str, family: str
) -> None:
    import transformers

    oracle.make(head, family).save_pretrained(tmp_path / "theirs")
    model_class = getattr(engine.model, f"UniSpeechSat{head}")
    ours = model_class.from_pretrained(tmp_path / "theirs", compat="transformers")
    ours.save_pretrained(tmp_path / "ours")
    theirs, report = getattr(transformers, f"UniSpeechSat{head}").from_pretrained(
        tmp_path / "ours", output_loading_info=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    assert trunk_hash(tmp_path / "ours") == trunk_hash(tmp_path / "theirs") == trunk_hash(ours)
    assert content_hash(tmp_path / "ours") == content_hash(tmp_path / "theirs")
    compare(ours(clip(1, 7000)), theirs(clip(1, 7000)))


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize(
    "store",
    [to_bin, to_shards, to_old_names, lambda folder: to_bin(to_old_names(folder))],
    ids=["bin", "shards", "old names", "bin with old names"],
)
@torch.inference_mode()
def test_every_published_way_of_storing_gives_the_same_model(
    oracle: Any, saved: Saved, clip: Any, head: str, store: Callable[[Path], Path]
) -> None:
    folder = saved(oracle.make(head, "base"))
    expected, hashes = load(folder)(clip(1, 7000)), (trunk_hash(folder), content_hash(folder))
    store(folder)
    assert torch.equal(load(folder)(clip(1, 7000))[0], expected[0])
    assert (trunk_hash(folder), content_hash(folder)) == hashes


def test_a_config_of_2021_is_read(oracle: Any, saved: Saved) -> None:
    folder = to_bin(to_old_names(saved(oracle.make("ForCTC", "base"))))
    late = ("apply_spec_augment", "ctc_loss_reduction", "ctc_zero_infinity", "num_negatives")
    late += ("contrastive_logits_temperature", "diversity_loss_weight", "mask_time_min_masks")
    dead = {
        "feat_extract_dropout": 0.0,
        "hidden_dropout_prob": 0.1,
        "freeze_feat_extract_train": True,
        "gradient_checkpointing": False,
        "mask_channel_length": 10,
        "mask_time_selection": "static",
        "torch_dtype": "float32",
        "dtype": None,
    }
    rewrite_config(folder, **dead, **dict.fromkeys(late))
    model = load(folder)
    assert isinstance(model, UniSpeechSatForCTC)
    assert model.config.num_negatives == 100
    assert model.config.dtype == "float32"


def test_a_model_is_opened_for_inference(oracle: Any, saved: Saved) -> None:
    model = load(saved(oracle.make("ForXVector", "large")))
    assert not any(module.training for module in model.modules())
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert all(parameter.device.type == "cpu" for parameter in model.parameters())


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision_is_widened_on_a_cpu_and_said(
    oracle: Any, saved: Saved, half: torch.dtype, caplog: pytest.LogCaptureFixture
) -> None:
    folder = saved(oracle.make("ForCTC", "base").to(half))
    with caplog.at_level("INFO"):
        model = load(folder)
    assert model.dtype == torch.float32
    assert "widened to float32" in caplog.text
    assert load(folder, dtype=str(half).removeprefix("torch.")).dtype == half
    with pytest.raises(UsageError, match="float33"):
        load(folder, dtype="float33")


@torch.inference_mode()
def test_heads_share_a_trunk_without_loading_it_again(
    oracle: Any, tmp_path: Path, clip: Any
) -> None:
    voices = oracle.make("ForXVector", "large", use_weighted_layer_sum=True)
    frames = oracle.make("ForAudioFrameClassification", "large")
    frames.unispeech_sat = voices.unispeech_sat
    voices.save_pretrained(tmp_path / "voices")
    frames.save_pretrained(tmp_path / "frames")
    assert trunk_hash(tmp_path / "voices") == trunk_hash(tmp_path / "frames")
    assert content_hash(tmp_path / "voices") != content_hash(tmp_path / "frames")

    first = engine.model.UniSpeechSatForXVector.from_pretrained(tmp_path / "voices")
    second = engine.model.UniSpeechSatForAudioFrameClassification.from_pretrained(
        tmp_path / "frames", trunk=first.unispeech_sat
    )
    assert second.unispeech_sat is first.unispeech_sat
    states = first.unispeech_sat(clip(1, 7000), output_hidden_states=True).hidden_states
    assert torch.equal(second.head(states).logits, load(tmp_path / "frames")(clip(1, 7000)).logits)
    alone = load(tmp_path / "voices")(clip(1, 7000)).embeddings
    assert torch.equal(first.head(states).embeddings, alone)


def test_a_head_refuses_a_trunk_of_another_make(oracle: Any, saved: Saved) -> None:
    folder = saved(oracle.make("ForCTC", "base"))
    other = UniSpeechSatModel(UniSpeechSatConfig(hidden_size=48, num_hidden_layers=1))
    with pytest.raises(CheckpointError, match="different trunk"):
        UniSpeechSatForCTC.from_pretrained(folder, trunk=other)


def test_trunks_that_compute_differently_hash_differently(oracle: Any, saved: Saved) -> None:
    folder = saved(oracle.make("ForCTC", "base"))
    hashes = {trunk_hash(folder), trunk_hash(rewrite_config(folder, layer_norm_eps=1e-3))}
    key = "unispeech_sat.encoder.layer_norm.bias"
    rewrite(folder, lambda tensors: tensors[key].add_(1e-3))
    assert len(hashes | {trunk_hash(folder)}) == 3
    assert trunk_hash(folder) == trunk_hash(rewrite_config(folder, vocab_size=33))


def test_keys_of_another_head_are_left_out_and_listed(
    oracle: Any, saved: Saved, caplog: pytest.LogCaptureFixture
) -> None:
    folder = saved(oracle.make("ForXVector", "base", use_weighted_layer_sum=True))
    with caplog.at_level("INFO"):
        UniSpeechSatModel.from_pretrained(folder)
    assert "of another head" in caplog.text
    for name in ("tdnn.0.kernel.weight", "feature_extractor.bias", "layer_weights"):
        assert name in caplog.text


def test_a_trunk_alone_opens_as_a_trunk(oracle: Any, saved: Saved) -> None:
    folder = saved(oracle.make("Model", "large"))
    assert isinstance(load(folder), UniSpeechSatModel)
    with pytest.raises(CheckpointError, match=r"lacks lm_head\.bias, lm_head\.weight"):
        UniSpeechSatForCTC.from_pretrained(folder)


def test_missing_and_unknown_keys_are_named(oracle: Any, saved: Saved) -> None:
    folder = saved(oracle.make("ForCTC", "base"))
    key = "unispeech_sat.encoder.layers.1.attention.q_proj.bias"
    rewrite(folder, lambda tensors: tensors.pop(key))
    with pytest.raises(CheckpointError, match=f"lacks {key}"):
        load(folder)
    rewrite(folder, lambda tensors: tensors.update({key: torch.zeros(32)}))
    rewrite(folder, lambda tensors: tensors.update({"unispeech_sat.adapter": torch.zeros(1)}))
    with pytest.raises(CheckpointError, match=r"has unispeech_sat\.adapter"):
        load(folder)


def test_a_wrong_shape_is_named_before_anything_is_loaded(oracle: Any, saved: Saved) -> None:
    folder = rewrite_config(saved(oracle.make("ForCTC", "base")), vocab_size=1_000_000)
    with pytest.raises(CheckpointError, match=r"lm_head\.\w+ has shape .*1000000"):
        load(folder)


def test_absurd_sizes_are_refused_before_they_are_allocated(oracle: Any, saved: Saved) -> None:
    folder = saved(oracle.make("ForCTC", "base"))
    for changes in (
        {"hidden_size": 2**40},
        {"hidden_size": 999_936, "num_attention_heads": 1, "num_conv_pos_embedding_groups": 1},
        {"num_hidden_layers": 10**6},
        {"conv_dim": [512] * 10**4, "conv_kernel": [2] * 10**4, "conv_stride": [2] * 10**4},
    ):
        changed = shutil.copytree(folder, folder.parent / "absurd", dirs_exist_ok=True)
        with pytest.raises(CheckpointError, match=r"config\.json: .*(absurd|refused)"):
            load(rewrite_config(changed, **changes))


@pytest.mark.parametrize("name", ["microsoft/unispeech-sat-base", "unispeech-sat-base"])
def test_a_name_on_a_hub_says_how_to_get_it(name: str) -> None:
    with pytest.raises(CheckpointError, match=f"`sat-studio models pull {name}` first"):
        load(name)


@pytest.mark.parametrize("name", ["nowhere", "/nowhere/at/all", "~/models"])
def test_what_is_no_folder_is_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(CheckpointError, match=f"{name} is not a folder; download the checkpoint"):
        load(name)


def test_an_empty_folder_is_refused_by_what_it_lacks(oracle: Any, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"has no config\.json"):
        load(tmp_path)
    oracle.make("ForCTC", "base").save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"neither model\.safetensors nor pytorch_model\.bin"):
        load(tmp_path)


@pytest.mark.parametrize("architecture", ["BertModel"])
def test_an_architecture_that_is_not_run_is_named(
    oracle: Any, saved: Saved, architecture: str
) -> None:
    folder = rewrite_config(saved(oracle.make("ForCTC", "base")), architectures=[architecture])
    with pytest.raises(CheckpointError, match=f"is a {architecture}; this program opens"):
        load(folder)


def test_truncated_weights_are_refused(oracle: Any, saved: Saved) -> None:
    folder = saved(oracle.make("ForCTC", "base"))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match=r"model\.safetensors cannot be read .*again"):
        load(folder)
    (folder / "pytorch_model.bin").write_bytes(b"not a pickle")
    weights.unlink()
    with pytest.raises(CheckpointError, match=r"pytorch_model\.bin cannot be read"):
        load(folder)


class Bomb:
    """Writes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_code_in_a_pickle_is_never_run(oracle: Any, saved: Saved, tmp_path: Path) -> None:
    folder = saved(oracle.make("ForCTC", "base"))
    (folder / "model.safetensors").unlink()
    torch.save({"lm_head.bias": Bomb(tmp_path / "ran")}, folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load(folder)
    assert not (tmp_path / "ran").exists()


def test_a_compressed_pickle_is_refused(oracle: Any, saved: Saved) -> None:
    folder = to_bin(saved(oracle.make("ForCTC", "base")))
    plain = folder / "pytorch_model.bin"
    packed = folder / "packed"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(packed, "w") as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry), zipfile.ZIP_DEFLATED)
    packed.replace(plain)
    with pytest.raises(CheckpointError, match="compressed; refused"):
        load(folder)


@pytest.mark.parametrize(
    "shard", ["../model-00001-of-00002.safetensors", "model.bin", "gone.safetensors"]
)
def test_shards_lie_beside_their_index(oracle: Any, saved: Saved, shard: str) -> None:
    folder = to_shards(saved(oracle.make("ForCTC", "base")))
    index = {"weight_map": {"lm_head.bias": shard}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(CheckpointError, match=r"no shard beside it|is missing"):
        load(folder)


def test_every_tensor_is_listed_under_its_name_in_a_head(oracle: Any, saved: Saved) -> None:
    bare = saved(oracle.make("Model", "base"))
    names = set(list_tensors(bare))
    assert all(name.startswith("unispeech_sat.") for name in names)
    assert "unispeech_sat.encoder.pos_conv_embed.conv.weight_g" in names


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    model = UniSpeechSatModel(UniSpeechSatConfig(hidden_size=48, num_hidden_layers=1))
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError, match="file cannot be made"):
        model.save_pretrained(tmp_path / "file")


def test_saving_leaves_nothing_but_the_two_files(tmp_path: Path) -> None:
    UniSpeechSatModel(UniSpeechSatConfig(num_hidden_layers=1)).save_pretrained(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]
