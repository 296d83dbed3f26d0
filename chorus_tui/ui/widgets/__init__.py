"""The few widgets the console is made of."""
