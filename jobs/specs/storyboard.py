"""`urn:job:av.storyboard`: frames of a video as tiles of an image."""

from jobs.specs.common import DESTINATION, JobType
from jobs.specs.fields import Field, Section

STORYBOARD = JobType(
    urn="urn:job:av.storyboard",
    label="Storyboard",
    specification=(
        Section(
            title="Tiles",
            fields=(
                Field(label="Format", at="format"),
                Field(label="Rows", at="rows", kind="number"),
                Field(label="Columns", at="columns", kind="number"),
                Field(label="Tile width", at="tileWidth", kind="number", unit="px"),
                Field(label="Tile height", at="tileHeight", kind="number", unit="px"),
            ),
        ),
        DESTINATION,
    ),
    payload=(Section(title="Files", fields=(Field(label="Files", at="", kind="json"),)),),
)
