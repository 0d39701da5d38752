"""`urn:job:archive.create`: many files into one archive."""

from jobs.specs.common import ACCESS, DESTINATION, FILE, PATHS, JobType
from jobs.specs.fields import Field, Section

ARCHIVE_CREATE = JobType(
    urn="urn:job:archive.create",
    label="Archive",
    specification=(
        Section(
            title="Archive",
            fields=(Field(label="Format", at="archiveType"), Field(label="Contents", at="sources", kind="json")),
        ),
        DESTINATION,
    ),
    payload=(FILE,),
    compared=(PATHS, ACCESS),
)
