"""The guide as a service in Wyoming, the protocol that Home Assistant's voices and ears speak."""
