"""Sessions put together from all other packages: live, typed, simulated, and from recordings."""
