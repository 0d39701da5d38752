"""`urn:job:text.font.subset`: a font with the characters of one language."""

from jobs.specs.common import ACCESS, DESTINATION, FILE, PATHS, JobType
from jobs.specs.fields import Field, Section

FONT_SUBSET = JobType(
    urn="urn:job:text.font.subset",
    label="Subset font",
    specification=(Section(title="Font", fields=(Field(label="Language", at="languageCode"),)), DESTINATION),
    payload=(FILE,),
    compared=(PATHS, ACCESS),
)
