"""The stack that most would write for a list of jobs, as a Django project of its own."""
