"""`python -m chorus_tui` is `chorus-tui`."""

from chorus_tui.cli import main

if __name__ == "__main__":
    main(prog_name="chorus-tui")
