"""The speech models: their catalog, and installing and verifying them."""
