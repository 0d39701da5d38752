"""`urn:job:image.operation`: a command of the image service."""

from jobs.specs.common import ACCESS, DESTINATION, FILE, PATHS, JobType
from jobs.specs.fields import Field, Section

IMAGE_OPERATION = JobType(
    urn="urn:job:image.operation",
    label="Image operation",
    specification=(
        Section(title="Operation", fields=(Field(label="Command", at="command", kind="code"),)),
        DESTINATION,
    ),
    payload=(FILE,),
    compared=(PATHS, ACCESS),
)
