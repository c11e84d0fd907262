"""One module per subject that the user can talk about."""
