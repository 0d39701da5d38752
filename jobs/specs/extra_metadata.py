"""`urn:job:av.extra_metadata.replace`: new tags for a media file; it goes by two names."""

from jobs.specs.common import DESTINATION, FILE, JobType
from jobs.specs.fields import Field, Section

EXTRA_METADATA = JobType(
    urn="urn:job:av.extra_metadata.replace",
    label="Replace metadata",
    specification=(
        Section(title="Metadata", fields=(Field(label="Audio", at="audioExtraMetadata", kind="json"),)),
        DESTINATION,
    ),
    payload=(FILE,),
)
FORMER_URN = "urn:job:av.replace_extra_metadata"
