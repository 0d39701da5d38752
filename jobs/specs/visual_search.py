"""`urn:job:visual-search.index-image`: an image into a collection that can be searched."""

from jobs.specs.common import JobType
from jobs.specs.fields import Field, Section

VISUAL_SEARCH = JobType(
    urn="urn:job:visual-search.index-image",
    label="Index image",
    specification=(Section(title="Collection", fields=(Field(label="Id", at="collectionId", kind="code"),)),),
)
