"""The columns of a job: one table behind the list's header, its cells and the CSV."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from jobs import looks, specs
from jobs.html import html
from jobs.search import JobRow


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `css` are its classes in the list, `order` what the list sorts by there, nothing where it does not.

    `export` names its columns in the CSV, each with the field of `JobRow` that it holds.
    """

    label: str
    css: str
    head: str
    cell: Callable[[JobRow], SafeString]
    order: str = ""
    export: Mapping[str, str] = field(default_factory=dict)


def _state(row: JobRow) -> SafeString:
    """The state; on a card also the type and quality."""
    also = f"{specs.label(row.type)} {row.quality}".strip()
    return html('{}<span class="also">{}</span>', looks.state(row.status), also)


COLUMNS = (
    Column(label="State", css="m a-state", head="k-state", cell=_state, export={"status": "status"}),
    Column(
        label="Type",
        css="",
        head="k-type",
        cell=lambda row: looks.kind(row.type),
        export={"type": "type"},
    ),
    Column(
        label="Job",
        css="m a-id idc",
        head="k-id",
        cell=lambda row: looks.job_id(row.key),
        export={"id": "key"},
    ),
    Column(
        label="Group",
        css="p3",
        head="k-group p3",
        cell=lambda row: looks.group_id(row.group),
        export={"groupId": "group"},
    ),
    Column(
        label="Issuer",
        css="p2",
        head="k-issuer p2",
        cell=lambda row: looks.issuer(row.issuer),
        export={"issuer": "issuer"},
    ),
    Column(
        label="Source",
        css="m a-src",
        head="",
        cell=lambda row: looks.path(row.source),
        export={"source": "source"},
    ),
    Column(
        label="Destination",
        css="p2",
        head="p2",
        cell=lambda row: looks.path(row.destination),
        export={"destination": "destination"},
    ),
    Column(
        label="Quality",
        css="p3",
        head="k-q p3",
        cell=lambda row: html("{}", row.quality) if row.quality else looks.NONE,
        export={"quality": "quality"},
    ),
    Column(
        label="Created",
        css="num p2",
        head="k-time num p2",
        cell=lambda row: looks.moment(row.created),
        order="created",
        export={"dateCreated": "created"},
    ),
    Column(
        label="Updated",
        css="num m a-upd",
        head="k-time num",
        cell=lambda row: looks.moment(row.updated),
        order="updated",
        export={"dateUpdated": "updated"},
    ),
    Column(label="Duration", css="num m a-dur", head="k-dur num", cell=looks.duration),
    Column(
        label="Error",
        css="m a-err",
        head="k-err",
        cell=looks.error,
        export={"errorCode": "error_code", "error": "error"},
    ),
)
EXPORTED = {name: value for column in COLUMNS for name, value in column.export.items()}
