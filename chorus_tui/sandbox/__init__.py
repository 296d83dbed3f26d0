"""A simulated Chorus Pro: the same HTTP API on invented data, for training, demo and tests."""
