"""What has to hold for years, tried out in an hour: see `scripts/endure --help`."""
