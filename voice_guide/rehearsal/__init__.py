"""An acoustic test: every sentence spoken by synthetic voices and recognized as it is live."""
