"""`urn:job:text.font.convert`: a font in another format."""

from jobs.specs.common import ACCESS, DESTINATION, FILE, PATHS, JobType
from jobs.specs.fields import Field, Section

FONT_CONVERT = JobType(
    urn="urn:job:text.font.convert",
    label="Convert font",
    specification=(Section(title="Font", fields=(Field(label="Format", at="fontType"),)), DESTINATION),
    payload=(FILE,),
    compared=(PATHS, ACCESS),
)
