"""The ten published checkpoints: what each is for, what it weighs, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

OWNER = "microsoft"
FAMILY = "unispeech-sat"
MB = 1_000_000

CC_BY_SA = "cc-by-sa-3.0"
APACHE = "apache-2.0"

Kind = Literal["pretraining", "ctc", "frames", "xvector"]


@dataclass(frozen=True)
class Fingerprint:
    """The ends of a file's sha256, which is as much of it as is known."""

    start: str
    end: str

    def matches(self, sha256: str) -> bool:
        """Return whether a full sha256 can be the one meant."""
        return sha256.startswith(self.start) and sha256.endswith(self.end)

    def __str__(self) -> str:
        return f"{self.start}...{self.end}"


@dataclass(frozen=True)
class Published:
    """One checkpoint as its authors published it."""

    name: str
    kind: Kind
    """What it was trained to do; "pretraining" has a trunk and no task of its own."""
    trunk: Literal["base", "base-plus", "large"]
    size_bytes: int
    """Of its weights, as the hub rounds them; a pull says it to the byte."""
    licence: str | None
    """By its model card; None: not known here, so read the card that a pull brings."""
    weights_sha256: Fingerprint | None = None
    """Of pytorch_model.bin."""
    note: str = ""
    """What to know before relying on it."""
    wrong_config: Mapping[str, object] = field(default_factory=dict)
    """Config fields by which superseded weights give themselves away."""

    @property
    def repository(self) -> str:
        """Its name on the hub."""
        return f"{OWNER}/{self.name}"


PUBLISHED = (
    Published(
        name=f"{FAMILY}-base",
        kind="pretraining",
        trunk="base",
        size_bytes=382 * MB,
        licence=CC_BY_SA,
        weights_sha256=Fingerprint("6545eaea", "a227"),
        note="trained on 960 h of LibriSpeech; a trunk without a task",
    ),
    Published(
        name=f"{FAMILY}-base-plus",
        kind="pretraining",
        trunk="base-plus",
        size_bytes=382 * MB,
        licence=None,
        weights_sha256=Fingerprint("0ebc4dd3", "eda4"),
        note="trained on 94,000 h; a trunk without a task",
    ),
    Published(
        name=f"{FAMILY}-large",
        kind="pretraining",
        trunk="large",
        size_bytes=1280 * MB,
        licence=None,
        note=(
            "trained on 94,000 h; a trunk without a task; revisions before 2021-12-14 "
            "(73115d3, dde3cc4) hold wrong weights"
        ),
        wrong_config={"conv_bias": True},
    ),
    Published(
        name=f"{FAMILY}-base-100h-libri-ft",
        kind="ctc",
        trunk="base",
        size_bytes=378 * MB,
        licence=APACHE,
        note="the only one that writes words: English, in capitals, without punctuation",
    ),
    Published(
        name=f"{FAMILY}-base-sd",
        kind="frames",
        trunk="base",
        size_bytes=378 * MB,
        licence=CC_BY_SA,
        weights_sha256=Fingerprint("72bc92ca", "9192"),
        note="two local speakers",
    ),
    Published(
        name=f"{FAMILY}-base-plus-sd",
        kind="frames",
        trunk="base-plus",
        size_bytes=378 * MB,
        licence=CC_BY_SA,
        weights_sha256=Fingerprint("fd69c3ce", "9802"),
        note="two local speakers",
    ),
    Published(
        name=f"{FAMILY}-large-sd",
        kind="frames",
        trunk="large",
        size_bytes=1262 * MB,
        licence=CC_BY_SA,
        note="no published test covers it",
    ),
    Published(
        name=f"{FAMILY}-base-sv",
        kind="xvector",
        trunk="base",
        size_bytes=404 * MB,
        licence=CC_BY_SA,
        note="EER 7.8 % on VoxCeleb2 by a third party",
    ),
    Published(
        name=f"{FAMILY}-base-plus-sv",
        kind="xvector",
        trunk="base-plus",
        size_bytes=404 * MB,
        licence=CC_BY_SA,
        weights_sha256=Fingerprint("a52dc0c7", "a199"),
        note="EER 7.6 % on VoxCeleb2 by a third party; its card's threshold is 0.89",
    ),
    Published(
        name=f"{FAMILY}-large-sv",
        kind="xvector",
        trunk="large",
        size_bytes=1290 * MB,
        licence=CC_BY_SA,
        note=(
            "seems broken: EER 20.3 % on VoxCeleb2 by a third party, where base-plus-sv has "
            "7.6 %; measure before relying on it"
        ),
    ),
)


def find(name: str) -> Published | None:
    """Return the published checkpoint of a name, with or without its owner's."""
    bare = name.removeprefix(f"{OWNER}/")
    return next((one for one in PUBLISHED if one.name == bare), None)
