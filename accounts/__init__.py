"""Operators: signing in, their tokens, and what a request may do."""
