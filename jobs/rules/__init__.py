"""What the sync decides: no Django, no network, no clock of its own, so that a simulation can ask the same code.

docs/sync.md says why each rule is as it is.
"""
