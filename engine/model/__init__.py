"""The UniSpeech-SAT network, its inputs and its text, with torch and safetensors alone."""

from engine.model.architectures import load
from engine.model.checkpoint import content_hash, trunk_hash
from engine.model.config import UniSpeechSatConfig
from engine.model.encoder import Encoding, UniSpeechSatModel
from engine.model.features import FeatureExtractor
from engine.model.heads import (
    UniSpeechSatForAudioFrameClassification,
    UniSpeechSatForCTC,
    UniSpeechSatForSequenceClassification,
)
from engine.model.outputs import (
    CausalLMOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
    UniSpeechSatBaseModelOutput,
    UniSpeechSatForPreTrainingOutput,
    XVectorOutput,
)
from engine.model.pretraining import UniSpeechSatForPreTraining
from engine.model.processor import Processor
from engine.model.tokenizer import CTCTokenizer
from engine.model.xvector import UniSpeechSatForXVector

Wav2Vec2FeatureExtractor = FeatureExtractor
Wav2Vec2CTCTokenizer = CTCTokenizer
Wav2Vec2Processor = Processor

__all__ = [
    "CTCTokenizer",
    "CausalLMOutput",
    "Encoding",
    "FeatureExtractor",
    "Processor",
    "SequenceClassifierOutput",
    "TokenClassifierOutput",
    "UniSpeechSatBaseModelOutput",
    "UniSpeechSatConfig",
    "UniSpeechSatForAudioFrameClassification",
    "UniSpeechSatForCTC",
    "UniSpeechSatForPreTraining",
    "UniSpeechSatForPreTrainingOutput",
    "UniSpeechSatForSequenceClassification",
    "UniSpeechSatForXVector",
    "UniSpeechSatModel",
    "Wav2Vec2CTCTokenizer",
    "Wav2Vec2FeatureExtractor",
    "Wav2Vec2Processor",
    "XVectorOutput",
    "content_hash",
    "load",
    "trunk_hash",
]
