"""Speech models: the catalog, downloading, verifying and installing them."""
