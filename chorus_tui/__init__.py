"""A keyboard-only terminal console for invoicing the French public sector through Chorus Pro."""

__version__ = "0.1.0"
