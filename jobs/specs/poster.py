"""`urn:job:av.poster`: one frame of a video as an image."""

from jobs.specs.common import ACCESS, DESTINATION, FILE, PATHS, JobType
from jobs.specs.fields import Field, Section

POSTER = JobType(
    urn="urn:job:av.poster",
    label="Poster",
    specification=(
        Section(
            title="Frame",
            fields=(
                Field(label="Format", at="format"),
                Field(label="At", at="second", kind="seconds"),
                Field(label="At share", at="percentage", kind="number", unit="%"),
            ),
        ),
        DESTINATION,
    ),
    payload=(FILE,),
    compared=(PATHS, ACCESS),
)
