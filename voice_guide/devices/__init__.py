"""Adapters for sound in and out: sound card, files, keyboard, button and light."""
