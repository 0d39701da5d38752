"""Jobdeck beside others that show the same jobs: plain SQL, the stack that most would write, and Datasette."""
