"""A model of the sync: a made-up platform, workers that crash, and the rules that decide in the product too.

A schedule is all that happens for one seed: jobs come, change, are deleted; up to three workers run lanes over them,
step by step, in any interleaving. At the end the platform is left alone, and the mirror has to become equal to it.
"""
