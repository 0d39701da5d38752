"""A Jobs API that runs here: for `./deck up`, tests and benchmarks, reached over HTTP alone.

It shares no code with Jobdeck and writes its own JSON, so that a contract bug cannot hide on both sides.
"""
