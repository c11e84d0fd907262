"""Where sound comes from and goes to: adapters around one engine."""
