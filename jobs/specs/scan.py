"""`urn:job:av-scanner.scan`: a search for viruses; its specification is empty."""

from jobs.specs.common import JobType

SCAN = JobType(urn="urn:job:av-scanner.scan", label="Virus scan")
