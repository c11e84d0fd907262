"""The speech model, and the listener and matcher that work with it."""

from voice_guide.config.language import Language
from voice_guide.config.settings import HearingSettings, Settings
from voice_guide.errors import VoiceGuideError
from voice_guide.hearing.listener import Listener
from voice_guide.hearing.recognizer import SpeechModel
from voice_guide.nlu.fillers import FillerWords
from voice_guide.nlu.interpreter import Interpreter
from voice_guide.nlu.matcher import Matcher
from voice_guide.nlu.sampling import spoken
from voice_guide.speech_models.verify import require_model
from voice_guide.tts.pyttsx3_tts import phonemes


def load_model(language: Language) -> SpeechModel:
    """Load a language's speech model; raises VoiceGuideError where it is missing or damaged."""
    return SpeechModel(require_model(language.model))


def new_matcher(interpreter: Interpreter, model: SpeechModel, language: Language) -> Matcher:
    """Return a matcher of sentences, with the language's filler words around them."""
    voice = interpreter.sentences.language
    fillers = FillerWords(language.common_words, model.knows, lambda texts: phonemes(texts, voice))
    return Matcher(interpreter, model.knows, fillers)


def require_hearable_wake_phrase(hearing: HearingSettings, model: SpeechModel) -> None:
    """Raise VoiceGuideError where the speech model lacks a word of the wake phrase."""
    for word in spoken(hearing.wake_phrase):
        if not model.knows(word):
            raise VoiceGuideError(
                f'hearing.wake_phrase: the speech model does not know the word "{word}", so '
                f'it cannot hear "{hearing.wake_phrase}"; set another phrase'
            )


def new_listener(
    model: SpeechModel,
    matcher: Matcher,
    context: str | None,
    settings: Settings,
    knows_own_words: bool = True,
) -> Listener:
    """Return a listener for the sentences of a context, or of all contexts where it is None.

    `knows_own_words` is false only to measure what the self-echo filter is worth.
    """
    return Listener(
        model,
        matcher,
        context,
        settings.hearing.sensitivity,
        settings.sound.cancel_echo,
        knows_own_words,
    )
