"""What an operator can do, one verb each; the console and the command line are two faces of these."""
