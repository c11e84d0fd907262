"""Words in a recording, recognized without any expectation."""

import json

import vosk

from voice_guide.audio.pcm import RATE, Samples
from voice_guide.hearing.recognizer import SpeechModel


def recognized_words(sound: Samples, model: SpeechModel) -> str:
    """Return the words that the model's own vocabulary finds in a recording."""
    recognizer = vosk.KaldiRecognizer(model.vosk_model, RATE)
    heard = []
    for at in range(0, len(sound), RATE // 4):
        if recognizer.AcceptWaveform(sound[at : at + RATE // 4].tobytes()):
            heard.append(json.loads(recognizer.Result())["text"])
    return " ".join([*heard, json.loads(recognizer.FinalResult())["text"]])
