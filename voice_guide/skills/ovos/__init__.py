"""The guide as an OpenVoiceOS skill."""

from voice_guide.skills.ovos.skill import VoiceGuideSkill

__all__ = ["VoiceGuideSkill"]
