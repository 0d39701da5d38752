"""`urn:job:archive.extract`: an archive into a directory, with a report on demand."""

from jobs.specs.common import DESCRIPTOR, DESTINATION, Compared, JobType
from jobs.specs.fields import Field, Section

REPORT = (
    Field(label="Path", at="destination.path", kind="path"),
    Field(label="Directory", at="destination.directory", kind="path"),
    Field(label="Access", at="destination.acl"),
    Field(label="Format", at="format"),
)

ARCHIVE_EXTRACT = JobType(
    urn="urn:job:archive.extract",
    label="Extract",
    specification=(
        Section(
            title="Archive",
            at="source",
            fields=(Field(label="Path", at="path", kind="path"), Field(label="File id", at="fileId", kind="file_id")),
        ),
        DESTINATION,
        Section(title="Report of extracted files", at="extractedFilesReport", fields=REPORT),
    ),
    payload=(
        Section(title="Report of extracted files", at="extractedFilesReport", fields=REPORT),
        Section(title="Report", at="reportFileDescriptor", fields=DESCRIPTOR),
    ),
    compared=(
        Compared(label="Report", asked="extractedFilesReport.destination.path", produced="reportFileDescriptor.path"),
    ),
)
