"""Accuracy, speed and costs of Voice Guide's hearing beside stock Vosk; see README.md."""
