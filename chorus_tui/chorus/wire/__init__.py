"""Requests and answers exactly as they travel: French names, nothing interpreted (API part 2)."""
