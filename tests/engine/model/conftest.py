"""Small networks of both published families, and the published implementation as their oracle."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

transformers = pytest.importorskip("transformers")
# Its progress bars leave a thread behind.
transformers.utils.logging.disable_progress_bar()

TOLERANCE = 1e-5
"""Largest ‖ours - theirs‖ / ‖theirs‖ in float32."""
WORST = pytest.StashKey[dict[str, float]]()
"""The largest error met, by what was compared."""

SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 52,
    "conv_dim": (12, 16, 20, 24, 20, 16, 24),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "tdnn_dim": (16, 20, 24, 20, 28),
    "xvector_output_dim": 18,
    "num_labels": 5,
    "classifier_proj_size": 14,
    "num_clusters": 11,
    "num_codevectors_per_group": 7,
    "codevector_dim": 12,
    "proj_codevector_dim": 12,
}
FAMILIES: dict[str, dict[str, object]] = {
    "base": {"feat_extract_norm": "group", "do_stable_layer_norm": False},
    "large": {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True},
}


class Oracle:
    """Makes models of the published implementation."""

    families = FAMILIES

    def make(self, head: str, family: str, **changes: object) -> Any:
        """Return a random model whose every parameter matters."""
        sizes = SIZES | FAMILIES[family] | changes
        config = transformers.UniSpeechSatConfig(**sizes)
        torch.manual_seed(len(head) + len(family) + len(changes))
        model = getattr(transformers, f"UniSpeechSat{head}")(config).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter += 0.1 * torch.randn_like(parameter)
        return model


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Any], Path]:
    """Save a model of either implementation and return its folder."""

    def save(model: Any) -> Path:
        model.save_pretrained(tmp_path / "model")
        return tmp_path / "model"

    return save


@pytest.fixture
def clip() -> Callable[..., torch.Tensor]:
    """Make noise with a changing level, (rows, samples)."""

    def make(*shape: int) -> torch.Tensor:
        noise = torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))
        return noise * torch.linspace(0.2, 1.5, shape[-1])

    return make


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Callable[[Any, Any], None]:
    """Check that two outputs have the same fields and agree on each; the worst is reported."""
    row = request.node.originalname.removeprefix("test_").replace("_", " ")
    worst = request.config.stash.setdefault(WORST, {})

    def check(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
        assert list(ours.keys()) == list(theirs.keys())
        for name in theirs.keys():  # noqa: SIM118 (an iterated output gives other things)
            for mine, other in zip(_tensors(ours[name]), _tensors(theirs[name]), strict=True):
                assert (mine.shape, mine.dtype) == (other.shape, other.dtype), name
                error = float((mine - other).norm() / other.norm().clamp(min=1e-30))
                assert error <= TOLERANCE, f"{name}: {error}"
                worst[row] = max(worst.get(row, 0.0), error)

    return check


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say how close to the published implementation the network is."""
    for row, error in config.stash.get(WORST, {}).items():
        terminalreporter.write_line(f"parity, {row}: {error:.1e} (limit {TOLERANCE:.0e})")


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(min(before, 2))
    yield
    torch.set_num_threads(before)


def _tensors(field: Any) -> tuple[torch.Tensor, ...]:
    return tuple(item.detach() for item in (field if isinstance(field, tuple) else (field,)))
