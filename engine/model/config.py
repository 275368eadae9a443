"""The published configuration of a checkpoint, read tolerantly and checked for sense."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Self

from engine.clock import FrameClock
from engine.errors import CheckpointError

logger = logging.getLogger(__name__)

MODEL_TYPE = "unispeech-sat"
CONFIG_FILE = "config.json"
ACTIVATIONS = ("gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu", "swish")
NORMS = ("group", "layer")

MAX_PARAMETERS = 4_000_000_000
"""More than ten times the largest published model: beyond it a file is broken or hostile."""
MAX_SIZE = 1_000_000
"""No single size of a sensible checkpoint is larger than this."""
MAX_TEXT_BYTES = 50_000_000
"""Vocabulary, index and config of the largest models have a hundredth of it."""
MAX_LAYERS = 256
"""No stack of layers is deeper than this."""

LABEL_NUMBER = re.compile("[0-9]{1,9}")

SHARES = ("dropout", "layerdrop", "_prob")
"""How the names of fields end that are between 0 and 1."""
COUNTS_FROM_ZERO = ("token_id", "_min_masks")
"""How the names of whole numbers end that may be 0."""

TRUNK_FIELDS = (
    "conv_bias",
    "conv_dim",
    "conv_kernel",
    "conv_stride",
    "do_stable_layer_norm",
    "feat_extract_activation",
    "feat_extract_norm",
    "hidden_act",
    "hidden_size",
    "intermediate_size",
    "layer_norm_eps",
    "num_attention_heads",
    "num_conv_pos_embedding_groups",
    "num_conv_pos_embeddings",
    "num_hidden_layers",
)
"""The fields that decide what the trunk computes."""
HEAD_FIELDS = (
    "contrastive_logits_temperature",
    "num_codevector_groups",
    "num_labels",
    "pad_token_id",
    "tdnn_dilation",
    "tdnn_dim",
    "tdnn_kernel",
    "use_weighted_layer_sum",
    "vocab_size",
    "xvector_output_dim",
)
"""The fields that decide what the heads compute from the trunk's states."""

Value = bool | int | float | str | tuple[int, ...] | tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class UniSpeechSatConfig:
    """Everything config.json says, under its published names and with its published defaults."""

    vocab_size: int = 32
    """Tokens of the CTC head, the blank included."""
    hidden_size: int = 768
    """Width D of the transformer."""
    num_hidden_layers: int = 12
    """Transformer layers L; the trunk has L + 1 hidden states."""
    num_attention_heads: int = 12
    """Heads that share the width evenly."""
    intermediate_size: int = 3072
    """Inner width of the feed-forward block."""
    hidden_act: str = "gelu"
    """Activation of the feed-forward block."""
    hidden_dropout: float = 0.1
    """Dropout on the encoder's input and on the output of each block."""
    activation_dropout: float = 0.1
    """Dropout inside the feed-forward block."""
    attention_dropout: float = 0.1
    """Dropout on the attention probabilities."""
    feat_proj_dropout: float = 0.0
    """Dropout after the feature projection."""
    feat_quantizer_dropout: float = 0.0
    """Dropout on the features before the quantizer; pre-training only."""
    final_dropout: float = 0.1
    """Dropout before the CTC head."""
    layerdrop: float = 0.1
    """Probability of skipping a layer in training."""
    initializer_range: float = 0.02
    """Standard deviation of new linear weights."""
    layer_norm_eps: float = 1e-5
    """Epsilon of the transformer's norms; the convolutions' norms use the library's."""
    feat_extract_norm: str = "group"
    """"group": one GroupNorm after the first convolution; "layer": a LayerNorm after each."""
    feat_extract_activation: str = "gelu"
    """Activation of the convolutions and of the positional convolution."""
    conv_dim: tuple[int, ...] = (512, 512, 512, 512, 512, 512, 512)
    """Channels of each convolution."""
    conv_stride: tuple[int, ...] = (5, 2, 2, 2, 2, 2, 2)
    """Strides; their product is the hop in samples."""
    conv_kernel: tuple[int, ...] = (10, 3, 3, 3, 3, 2, 2)
    """Kernel lengths."""
    conv_bias: bool = False
    """Whether the convolutions have a bias."""
    num_conv_pos_embeddings: int = 128
    """Taps of the positional convolution, in frames."""
    num_conv_pos_embedding_groups: int = 16
    """Groups of the positional convolution."""
    do_stable_layer_norm: bool = False
    """Pre-LN transformer (Large family) instead of post-LN (Base family)."""
    apply_spec_augment: bool = True
    """Mask time and features in training."""
    mask_time_prob: float = 0.05
    """Share of frames that masked spans may start to cover."""
    mask_time_length: int = 10
    """Frames of one masked span."""
    mask_time_min_masks: int = 2
    """Fewest spans in a clip."""
    mask_feature_prob: float = 0.0
    """Share of feature channels to mask."""
    mask_feature_length: int = 10
    """Channels of one masked span."""
    mask_feature_min_masks: int = 0
    """Fewest channel spans in a clip."""
    num_codevectors_per_group: int = 320
    """Entries of each codebook."""
    num_codevector_groups: int = 2
    """Codebooks."""
    contrastive_logits_temperature: float = 0.1
    """Temperature of the contrastive logits."""
    num_negatives: int = 100
    """Negatives of the contrastive loss."""
    codevector_dim: int = 256
    """Width of a quantized vector over all groups."""
    proj_codevector_dim: int = 256
    """Width of the projections compared with it."""
    diversity_loss_weight: float = 0.1
    """Weight of the codebooks' diversity loss."""
    ctc_loss_reduction: str = "mean"
    """"mean", "sum" or "none"."""
    ctc_zero_infinity: bool = False
    """Zero the CTC loss of clips that are too short for their text."""
    use_weighted_layer_sum: bool = False
    """Heads read a learned mix of all hidden states instead of the last."""
    classifier_proj_size: int = 256
    """Width of the projection before sequence classification."""
    tdnn_dim: tuple[int, ...] = (512, 512, 512, 512, 1500)
    """Channels of each TDNN layer of the x-vector head."""
    tdnn_kernel: tuple[int, ...] = (5, 3, 3, 1, 1)
    """Kernel lengths of the TDNN, in frames."""
    tdnn_dilation: tuple[int, ...] = (1, 2, 3, 1, 1)
    """Dilations of the TDNN."""
    xvector_output_dim: int = 512
    """Width of an x-vector."""
    pad_token_id: int = 0
    """Padding token, which is also the CTC blank."""
    bos_token_id: int = 1
    """Start-of-sentence token; unused by CTC."""
    eos_token_id: int = 2
    """End-of-sentence token; unused by CTC."""
    num_clusters: int = 504
    """Cluster labels of pre-training."""
    num_labels: int = 2
    """Classes, training voices or local speakers of the head."""
    id2label: Mapping[int, str] = field(default_factory=dict)
    """Name of each label; LABEL_i where none is given, and it decides ``num_labels``."""
    architectures: tuple[str, ...] = ()
    """Class names that the folder was saved from."""
    dtype: str | None = None
    """Element type of the stored weights, as config.json says it."""
    tokenizer_class: str | None = None
    """Class name of the tokenizer, where config.json says it."""
    output_hidden_states: bool = False
    """Return hidden states unless the call says otherwise."""
    output_attentions: bool = False
    """Return attentions unless the call says otherwise."""

    def __post_init__(self) -> None:
        for item in fields(self):
            if isinstance(value := getattr(self, item.name), list):
                object.__setattr__(self, item.name, tuple(value))
        if self.id2label:
            object.__setattr__(self, "num_labels", len(self.id2label))
        elif 0 < self.num_labels <= MAX_SIZE:
            labels = {index: f"LABEL_{index}" for index in range(self.num_labels)}
            object.__setattr__(self, "id2label", labels)
        _check_sizes(self)
        _check_fit(self)

    @cached_property
    def clock(self) -> FrameClock:
        """The arithmetic between samples and frames of this network."""
        return FrameClock.of(self.conv_kernel, self.conv_stride)

    @property
    def label2id(self) -> dict[str, int]:
        """The number of each label."""
        return {label: index for index, label in self.id2label.items()}

    @property
    def num_feat_extract_layers(self) -> int:
        """Convolutions of the waveform encoder."""
        return len(self.conv_dim)

    @property
    def inputs_to_logits_ratio(self) -> int:
        """Samples from one frame to the next."""
        return self.clock.hop_samples

    def trunk_fields(self) -> dict[str, Value]:
        """Return the fields that decide what the trunk computes."""
        return {name: getattr(self, name) for name in TRUNK_FIELDS}

    def head_fields(self) -> dict[str, Value]:
        """Return the fields that decide what the heads compute."""
        return {name: getattr(self, name) for name in HEAD_FIELDS}

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a published config.json; keys that mean nothing to the network are passed over."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise CheckpointError(f"the config is not JSON ({error}); download it again") from None
        if not isinstance(values, dict):
            raise CheckpointError("the config is not a JSON object; download it again")
        if (model_type := values.get("model_type", MODEL_TYPE)) != MODEL_TYPE:
            raise CheckpointError(f"the config is of a {model_type!r} model, not of {MODEL_TYPE!r}")
        if values.get("add_adapter") or values.get("adapter_attn_dim") is not None:
            raise CheckpointError("the config asks for adapters, which no UniSpeech-SAT model has")
        values.setdefault("dtype", values.get("torch_dtype"))
        known: dict[str, object] = {}
        for item in fields(cls):
            if values.get(item.name) is not None and item.name != "id2label":
                default = getattr(cls, item.name)
                known[item.name] = _read_value(item.name, values[item.name], default)
        if values.get("id2label"):
            known["id2label"] = _read_labels(values["id2label"])
        if ignored := sorted(set(values) - {item.name for item in fields(cls)}):
            logger.debug("config keys passed over: %s", ", ".join(ignored))
        return cls(**known)  # type: ignore[arg-type]

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Self:
        """Read config.json of a model folder."""
        path = Path(folder) / CONFIG_FILE
        if not path.is_file():
            raise CheckpointError(
                f"{folder} has no {CONFIG_FILE}; download the whole checkpoint and give its folder"
            )
        try:
            return cls.from_json(read_text(path))
        except (CheckpointError, OSError) as error:
            raise CheckpointError(f"{path}: {error}") from None

    def to_json(self) -> str:
        """Write the config as it is published: sorted keys, two blanks of indent."""
        values: dict[str, object] = {
            item.name: getattr(self, item.name)
            for item in fields(self)
            if getattr(self, item.name) is not None and item.name != "num_labels"
        }
        values["id2label"] = {str(index): label for index, label in self.id2label.items()}
        values["label2id"] = self.label2id
        values["model_type"] = MODEL_TYPE
        values["num_feat_extract_layers"] = self.num_feat_extract_layers
        return json.dumps(values, indent=2, sort_keys=True) + "\n"


def read_text(path: Path) -> str:
    """Return the text of a file beside the weights; refuse what is too large to be one."""
    if path.stat().st_size > MAX_TEXT_BYTES:
        raise CheckpointError(f"it is larger than {MAX_TEXT_BYTES // 10**6} MB; download it again")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CheckpointError(f"it is no text ({error.reason}); download it again") from None


def _read_value(name: str, value: object, default: Value) -> Value:
    """Return ``value`` as the type of ``default``; lists become tuples, whole numbers floats."""
    if isinstance(default, tuple):
        kind = str if name == "architectures" else int
        if isinstance(value, list | tuple) and all(type(item) is kind for item in value):
            return tuple(value)
    elif isinstance(default, bool) or not isinstance(default, float):
        if type(value) is (str if default is None else type(default)):
            return value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        # Whole numbers have no end in JSON, floats have.
        is_endless = isinstance(value, int) and abs(value) > MAX_SIZE
        return float("inf") if is_endless else float(value)
    shown = repr(value)[:60]
    raise CheckpointError(f"{name} is {shown} in the config; it should look like {default!r}")


def _read_labels(value: object) -> dict[int, str]:
    """Return a published id2label, whose keys are numbers written as text."""
    if isinstance(value, dict) and all(LABEL_NUMBER.fullmatch(key) for key in value):
        return {int(key): str(label) for key, label in value.items()}
    raise CheckpointError("id2label in the config does not map numbers to names")


def _check_sizes(config: UniSpeechSatConfig) -> None:
    """Refuse sizes that no real checkpoint has, before anything is allocated."""
    for item in fields(config):
        value = getattr(config, item.name)
        if isinstance(item.default, float):
            largest = 1 if item.name.endswith(SHARES) else MAX_SIZE
            if not 0.0 <= value <= largest:
                raise CheckpointError(f"{item.name} = {value} is absurd; the config is broken")
            continue
        smallest = 0 if item.name.endswith(COUNTS_FROM_ZERO) else 1
        for number in value if isinstance(value, tuple) else (value,):
            if type(number) is int and not smallest <= number <= MAX_SIZE:
                raise CheckpointError(f"{item.name} = {number} is absurd; the config is broken")
    for name in ("num_hidden_layers", "conv_dim", "tdnn_dim"):
        value = getattr(config, name)
        if (len(value) if isinstance(value, tuple) else value) > MAX_LAYERS:
            raise CheckpointError(f"{name} asks for more than {MAX_LAYERS} layers; refused")
    if (count := _count_parameters(config)) > MAX_PARAMETERS:
        raise CheckpointError(
            f"the config asks for {count:.1e} parameters, more than {MAX_PARAMETERS:.0e}; refused"
        )


def _check_fit(config: UniSpeechSatConfig) -> None:
    """Refuse fields that contradict one another."""
    lengths = {len(config.conv_dim), len(config.conv_kernel), len(config.conv_stride)}
    if len(lengths) > 1 or 0 in lengths:
        raise CheckpointError("conv_dim, conv_kernel and conv_stride differ in length")
    lengths = {len(config.tdnn_dim), len(config.tdnn_kernel), len(config.tdnn_dilation)}
    if len(lengths) > 1 or 0 in lengths:
        raise CheckpointError("tdnn_dim, tdnn_kernel and tdnn_dilation differ in length")
    if config.hidden_size % config.num_attention_heads:
        raise CheckpointError("hidden_size is not a multiple of num_attention_heads")
    if config.hidden_size % config.num_conv_pos_embedding_groups:
        raise CheckpointError("hidden_size is not a multiple of num_conv_pos_embedding_groups")
    for name, allowed in (
        ("feat_extract_norm", NORMS),
        ("feat_extract_activation", ACTIVATIONS),
        ("hidden_act", ACTIVATIONS),
        ("ctc_loss_reduction", ("mean", "sum", "none")),
    ):
        if (value := getattr(config, name)) not in allowed:
            raise CheckpointError(f"{name} is {value!r}; it has to be one of {', '.join(allowed)}")


def _count_parameters(config: UniSpeechSatConfig) -> int:
    """Return about how many parameters the trunk and the largest head have."""
    width = config.hidden_size
    channels = (1, *config.conv_dim)
    count = sum(
        a * b * kernel
        for a, b, kernel in zip(channels, config.conv_dim, config.conv_kernel, strict=False)
    )
    count += width * width // config.num_conv_pos_embedding_groups * config.num_conv_pos_embeddings
    count += config.num_hidden_layers * width * (4 * width + 2 * config.intermediate_size)
    channels = (config.tdnn_dim[:1] or (1,)) + config.tdnn_dim
    count += sum(
        a * b * kernel
        for a, b, kernel in zip(channels, config.tdnn_dim, config.tdnn_kernel, strict=False)
    )
    embedding = config.xvector_output_dim
    codebooks = config.num_codevector_groups * config.num_codevectors_per_group
    count += (
        codebooks * (width + config.codevector_dim) + config.num_clusters * config.codevector_dim
    )
    count += config.proj_codevector_dim * (width + config.codevector_dim)
    count += config.classifier_proj_size * (width + config.num_labels)
    count += embedding * (2 * max(config.tdnn_dim, default=1) + embedding + config.num_labels)
    return count + width * (config.vocab_size + config.num_labels)
