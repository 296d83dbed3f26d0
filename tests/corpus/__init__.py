"""Preflight held against what the simulated Chorus Pro answers: five thousand invoices, half of them wrong.

    python -m tests.corpus [COUNT]

The sandbox applies its rules with code of its own, so that both agreeing says more than either alone.
"""
