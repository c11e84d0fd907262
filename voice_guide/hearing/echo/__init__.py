"""Echo cancellation: removing the guide's own voice from the microphone signal."""
