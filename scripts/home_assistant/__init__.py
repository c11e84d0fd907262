"""A real Home Assistant with the guide in it, led through sessions by scripted satellites."""
