"""What the platform pushes (contract: "Push"): a hint that a job has changed, which is read by id at once.

Deliveries come at least once, in any order, and from anybody who knows the address: each is verified, noted once, and
what it says of the job is not believed.
"""
