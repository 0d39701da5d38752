"""The services that run beside Jobdeck where nobody names others.

PostgreSQL and Valkey come out of wheels, the sandbox out of this repository;
`supervisor` keeps them and Jobdeck's own processes running together.
"""
