"""`urn:job:av.package`: a video as a stream in chunks."""

from jobs.specs.common import ACCESS, DESTINATION, FILE, PATHS, JobType
from jobs.specs.fields import Field, Section

PACKAGE = JobType(
    urn="urn:job:av.package",
    label="Package",
    specification=(
        Section(
            title="Packaging",
            fields=(
                Field(label="Format", at="packageType"),
                Field(label="Chunk duration", at="chunkDuration", kind="seconds"),
            ),
        ),
        DESTINATION,
    ),
    payload=(FILE,),
    compared=(PATHS, ACCESS),
)
