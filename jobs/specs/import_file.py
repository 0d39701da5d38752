"""`urn:job:import.file`: a file from elsewhere; its address and headers hold secrets, and come masked."""

from jobs.specs.common import ACCESS, DESTINATION, FILE, PATHS, JobType
from jobs.specs.fields import Field, Section

IMPORT_FILE = JobType(
    urn="urn:job:import.file",
    label="Import",
    specification=(
        Section(
            title="Source",
            fields=(Field(label="Address", at="sourceUrl"),),
        ),
        Section(
            title="Authorization",
            at="externalAuthorization",
            fields=(Field(label="Headers", at="headers", kind="json"),),
        ),
        DESTINATION,
    ),
    payload=(FILE,),
    compared=(PATHS, ACCESS),
)
