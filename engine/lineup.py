"""The line-up: the checkpoints in use, one per task, each distinct trunk run once."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine import compute, process
from engine.clock import LIVE_CLOCK, SAMPLE_RATE
from engine.ear import Ear
from engine.errors import CheckpointError
from engine.hub import EMBEDDED, TASKS, Thresholds, folders, stated_thresholds, task_of
from engine.listening import Head, Heard, Trunk, array, listen
from engine.messages import Floats, ModelInfo, Task, read_only
from engine.model import (
    CTCTokenizer,
    FeatureExtractor,
    UniSpeechSatForAudioFrameClassification,
    UniSpeechSatForCTC,
    UniSpeechSatForXVector,
    UniSpeechSatModel,
)
from engine.model.checkpoint import content_hash, trunk_hash
from engine.speakers.map import VoiceMap
from engine.streaming.slices import in_one
from engine.text.ctc import Alphabet

Progress = Callable[[str], None]


class LineUp:
    """Checkpoints by task, ready to listen; weights never change.

    ``passes_run`` counts trunk passes, ``trunk_passes`` says how many one call of ``listen`` costs.
    """

    def __init__(self, trunks: Sequence[Trunk], info: Sequence[ModelInfo], device: str) -> None:
        self._trunks = tuple(trunks)
        self.info = tuple(info)
        self.device = device
        self._heads: dict[Task, Head] = {
            task: head for trunk in trunks for task, head in trunk.heads.items()
        }
        self.alphabet: Alphabet | None = None
        self.thresholds = Thresholds()
        xvector = self._heads.get("xvector")
        self.voice_map: VoiceMap | None = None
        if isinstance(xvector, UniSpeechSatForXVector):
            self.voice_map = VoiceMap.of_head(xvector)

    @property
    def trunk_passes(self) -> int:
        return len(self._trunks)

    @property
    def passes_run(self) -> int:
        return sum(trunk.passes_run for trunk in self._trunks)

    @property
    def map_background(self) -> Floats:
        """Places (P, 2) of the x-vector head's training voices; none without such a head."""
        if self.voice_map is None:
            return read_only(np.zeros((0, 2)))
        return self.voice_map.background

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that some checkpoint serves."""
        return tuple(task for task in TASKS if task in self._heads)

    @property
    def tasks_off(self) -> tuple[Task, ...]:
        """The tasks that none serves."""
        return tuple(task for task in TASKS if task not in self._heads)

    def listen(self, samples: NDArray[np.float32]) -> Heard:
        """Run every trunk once over one clip (n,) at SAMPLE_RATE and every head on it."""
        return in_one(self.listening(samples))

    def listening(self, samples: NDArray[np.float32]) -> Generator[float, None, Heard]:
        """Do the same in slices, and between them give the share of the work that the last was."""
        if LIVE_CLOCK.frames(len(samples)) == 0:
            return self.silence(0)
        return (yield from listen(self._trunks, samples, self.device))

    def ear(self) -> Ear:
        """Return what hears sound step by step."""
        return Ear(self._trunks, self.device)

    def silence(self, frames: int) -> Heard:
        """Return what a stretch of T frames of silence gives, without running anything."""
        posterior, activity = None, None
        if self.alphabet is not None:
            posterior = np.zeros((frames, len(self.alphabet.symbols)), dtype=np.float32)
            posterior[:, self.alphabet.blank] = 1.0
        if "frames" in self._heads:
            speakers = self._heads["frames"].config.num_labels
            activity = np.zeros((frames, speakers), dtype=np.float32)
        return Heard(frames, posterior, activity, None, (), None)

    @torch.inference_mode()
    def embed(self, heard: Heard, mask: NDArray[np.bool_]) -> Floats | None:
        """Pool the x-vector (E,) over the frames of a mask (T,); None where they are too few."""
        return self.pool([(heard, mask)])

    @torch.inference_mode()
    def pool(self, parts: Sequence[tuple[Heard, NDArray[np.bool_]]]) -> Floats | None:
        """Pool one x-vector (E,) over masked frames of several stretches; None: too few."""
        head = self._heads.get("xvector")
        if not isinstance(head, UniSpeechSatForXVector):
            return None
        chosen: list[torch.Tensor] = []
        for heard, mask in parts:
            if heard.voice_frames is None:
                continue
            # Each of these frames sees its neighbours on both sides; it stands for the middle one.
            shrink = heard.frames - len(heard.voice_frames)
            middle = mask[shrink // 2 : shrink // 2 + len(heard.voice_frames)]
            chosen.append(heard.voice_frames[torch.from_numpy(middle).to(self.device)])
        if sum(len(part) for part in chosen) < 2:
            return None
        return array(head.pool(torch.cat(chosen)).float())


def load(
    names: Sequence[str] = (EMBEDDED,),
    device: str = "auto",
    dtype: str = "auto",
    progress: Progress = lambda _: None,
) -> LineUp:
    """Load checkpoints: the first of ``names`` that serves a task takes it.

    A name is ``embedded`` or a folder in the published layout (or one that holds such folders).
    Raises CheckpointError or DeviceError with the way out; nothing stays half loaded.
    """
    chosen = compute.resolve(device)
    trunks: dict[tuple[str, str], Trunk] = {}
    info: list[ModelInfo] = []
    alphabet: Alphabet | None = None
    thresholds = Thresholds()
    for name in names:
        for folder in folders(name):
            task = task_of(folder)
            if any(task == one.task for one in info):
                continue
            progress(f"{task} · {name if name == EMBEDDED else folder.name}")
            features = _features(folder)
            key = (trunk_hash(folder), repr(features))
            shared = trunks.get(key)
            with process.remarks_kept_back():
                head = _open(folder, task, chosen, dtype, shared.model if shared else None)
            trunk = trunks.setdefault(key, Trunk(key[0], head.unispeech_sat, features, {}))
            trunk.heads[task] = head
            if task == "ctc":
                alphabet = _alphabet(folder, head.config.vocab_size)
            if task == "xvector":
                thresholds = stated_thresholds(folder)
            info.append(_describe(folder, name, task, head, key[0], chosen, alphabet))
    line_up = LineUp(list(trunks.values()), info, chosen)
    line_up.alphabet = alphabet
    line_up.thresholds = thresholds
    return line_up


def _features(folder: Path) -> FeatureExtractor:
    features = FeatureExtractor.from_pretrained(folder)
    if features.sampling_rate != SAMPLE_RATE:
        raise CheckpointError(
            f"{folder} hears sound at {features.sampling_rate} Hz, the live path gives "
            f"{SAMPLE_RATE}: use a checkpoint of the published family"
        )
    return features


def _open(
    folder: Path, task: Task, device: str, dtype: str, trunk: UniSpeechSatModel | None
) -> Head:
    classes: dict[Task, type[Head]] = {
        "ctc": UniSpeechSatForCTC,
        "frames": UniSpeechSatForAudioFrameClassification,
        "xvector": UniSpeechSatForXVector,
    }
    head = classes[task].from_pretrained(folder, device=device, dtype=dtype, trunk=trunk)
    if head.config.clock.hop_samples != LIVE_CLOCK.hop_samples:
        raise CheckpointError(
            f"{folder.name} makes a frame every {head.config.clock.hop_samples} samples, the live "
            f"path needs {LIVE_CLOCK.hop_samples}: use a checkpoint of the published family"
        )
    return head


def _alphabet(folder: Path, outputs: int) -> Alphabet:
    tokenizer = CTCTokenizer.from_pretrained(folder)
    if tokenizer.word_delimiter_token not in tokenizer.vocabulary:
        raise CheckpointError(
            f"{folder / 'vocab.json'} has no {tokenizer.word_delimiter_token} between words: "
            "add it, or name another word_delimiter_token in tokenizer_config.json"
        )
    special = (tokenizer.pad_token_id, tokenizer.word_delimiter_token_id)
    if max(special) >= outputs:
        raise CheckpointError(
            f"{folder / 'vocab.json'} numbers a token {max(special)}, and the network has "
            f"{outputs} outputs: the two files do not belong together"
        )
    symbols = [tokenizer.tokens.get(number, tokenizer.unk_token) for number in range(outputs)]
    return Alphabet(
        symbols=tuple(symbols),
        blank=tokenizer.vocabulary[tokenizer.pad_token],
        delimiter=tokenizer.vocabulary[tokenizer.word_delimiter_token],
        lower_case=tokenizer.do_lower_case,
    )


def _describe(
    folder: Path,
    name: str,
    task: Task,
    head: Head,
    trunk: str,
    device: str,
    alphabet: Alphabet | None,
) -> ModelInfo:
    return ModelInfo(
        task=task,
        name=f"{folder.parent.name}/{folder.name}" if name == EMBEDDED else folder.name,
        hash=content_hash(folder),
        trunk_hash=trunk,
        device=device,
        dtype=str(next(head.parameters()).dtype).removeprefix("torch."),
        parameters=sum(parameter.numel() for parameter in head.parameters()),
        is_embedded=name == EMBEDDED,
        vocabulary=alphabet.symbols if task == "ctc" and alphabet else (),
    )
