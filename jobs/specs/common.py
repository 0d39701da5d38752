"""What several types share: destinations, file descriptors, and the frame of a type (contract: "Types")."""

from dataclasses import dataclass

from jobs.specs.fields import Field, Section


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What was asked at `asked` in the specification, and came out at `produced` in the result's payload."""

    label: str
    asked: str
    produced: str
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class JobType:
    """One type: how people call it, how its specification and the payload of its result read."""

    urn: str
    label: str
    specification: tuple[Section, ...] = ()
    payload: tuple[Section, ...] = ()
    compared: tuple[Compared, ...] = ()


DESTINATION = Section(
    title="Destination",
    at="destination",
    fields=(
        Field(label="Path", at="path", kind="path"),
        Field(label="Directory", at="directory", kind="path"),
        Field(label="Access", at="acl"),
        Field(label="Lifecycle", at="lifecycle"),
        Field(label="Bucket", at="bucket"),
    ),
)

DESCRIPTOR = (
    Field(label="Path", at="path", kind="path"),
    Field(label="Id", at="id", kind="file_id"),
    Field(label="Size", at="size", kind="bytes"),
    Field(label="Media type", at="mimeType"),
    Field(label="Access", at="acl"),
    Field(label="Hash", at="hash", kind="code"),
    Field(label="Kind", at="type"),
    Field(label="Parent", at="parent", kind="file_id"),
    Field(label="Ancestors", at="ancestors", kind="json"),
    Field(label="Lifecycle", at="lifecycle"),
    Field(label="Created", at="dateCreated"),
    Field(label="Updated", at="dateUpdated"),
)

FILE = Section(title="File", fields=DESCRIPTOR)
PATHS = Compared(label="Path", asked="destination.path", produced="path")
ACCESS = Compared(label="Access", asked="destination.acl", produced="acl")
