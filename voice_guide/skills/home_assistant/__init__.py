"""The part that is put into a Home Assistant: a small integration beside the Wyoming service."""
