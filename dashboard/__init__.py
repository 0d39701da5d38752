"""The Django project: settings, addresses, checks and the services that run it."""
