"""Adapters for sound in and out: sound card, recordings, keyboard, button and light."""
