"""What every test stands on: no screen, no network, no home folder, no thread left behind."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sound_server import SoundServer
from sound_server import missing as sound_server_lacks

from engine import process
from engine.audio import portaudio

# All of this must be said before Qt, torch or transformers is imported for the first time.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "2")
process.prepare()
for switch in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
    os.environ[switch] = "1"


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def bootstrap_models(repository: Path) -> Path:
    """Return the folder that holds the embedded checkpoints, one folder for each task."""
    return repository / "assets" / "models" / "bootstrap"


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory, bootstrap_models: Path) -> str:
    """Return a folder with ``ctc``, ``frames`` and ``xvector``, tiny, on one random trunk."""
    # Imported here: most tests of the window must do without torch.
    import torch

    from engine import model

    config = model.UniSpeechSatConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        conv_dim=(8,) * 7,
        feat_extract_norm="layer",
        do_stable_layer_norm=True,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        tdnn_dim=(16, 16, 16, 16, 24),
        xvector_output_dim=12,
        use_weighted_layer_sum=True,
    )
    root = tmp_path_factory.mktemp("tiny")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        trunk = model.UniSpeechSatModel(config)
        heads = {
            "ctc": model.UniSpeechSatForCTC(config, trunk),
            "frames": model.UniSpeechSatForAudioFrameClassification(config, trunk),
            "xvector": model.UniSpeechSatForXVector(config, trunk),
        }
        head_parameters = [
            parameter
            for head in heads.values()
            for name, parameter in head.named_parameters()
            if not name.startswith("unispeech_sat.")
        ]
        for parameter in (*trunk.parameters(), *head_parameters):
            # Large enough that what a frame hears decides what it says.
            torch.nn.init.normal_(parameter, std=0.5)
    for task, head in heads.items():
        head.save_pretrained(root / task)
        model.FeatureExtractor(return_attention_mask=True).save_pretrained(root / task)
    vocabulary = json.loads((bootstrap_models / "ctc" / "vocab.json").read_text(encoding="utf-8"))
    model.CTCTokenizer(vocabulary=vocabulary).save_pretrained(root / "ctc")
    return str(root)


@pytest.fixture(scope="session")
def published_models(
    tmp_path_factory: pytest.TempPathFactory, bootstrap_models: Path
) -> Iterator[Path]:
    """Return folders of published size that transformers wrote, random, one for each task."""
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    classes = {
        "ctc": transformers.UniSpeechSatForCTC,
        "frames": transformers.UniSpeechSatForAudioFrameClassification,
        "xvector": transformers.UniSpeechSatForXVector,
    }
    root = tmp_path_factory.mktemp("published")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        trunk = transformers.UniSpeechSatModel(transformers.UniSpeechSatConfig()).state_dict()
        for task, cls in classes.items():
            is_on_shared_trunk = task != "ctc"
            config = transformers.UniSpeechSatConfig(use_weighted_layer_sum=is_on_shared_trunk)
            model = cls(config)
            if is_on_shared_trunk:
                # As published: the heads for frames and voices sit on one unchanged trunk.
                model.unispeech_sat.load_state_dict(trunk)
            model.save_pretrained(root / task)
            transformers.Wav2Vec2FeatureExtractor(
                do_normalize=not is_on_shared_trunk, return_attention_mask=True
            ).save_pretrained(root / task)
    shutil.copy(bootstrap_models / "ctc" / "vocab.json", root / "ctc")
    yield root
    # More than a gigabyte.
    shutil.rmtree(root)


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    """Return a private sound server that this process takes for the machine's own."""
    lacking = sound_server_lacks()
    if lacking:
        pytest.skip(f"audio server: {lacking}; see packages in packaging/system.py")
    server = SoundServer(tmp_path_factory.mktemp("sound"))
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        # PortAudio looks once, and some other test may have been the first to ask.
        portaudio.renew_ports()
        for name in ("desk", "headset"):
            server.plug(name)
        server.make_default("desk")
        yield server
        server.stop()
    portaudio.renew_ports()


@pytest.fixture(scope="session", autouse=True)
def _foreign_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep settings and data of the person who runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    """Fail a test that ends while a thread it started still runs."""
    before = set(threading.enumerate())
    yield
    leaked = [thread.name for thread in threading.enumerate() if thread not in before]
    if leaked:
        pytest.fail(f"threads left running: {', '.join(leaked)}")
