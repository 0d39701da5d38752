"""The mirror's tables. Each index names the query that it serves.

A job is a narrow row that lists read, a document that gives it back as it came, and a posting for each thing that it
can be found by. Nobody but `jobs.store` writes these and the counts and the quarantine, each page as a whole, so that
their references need no check of each row by the database (docs/decisions.md); nobody but `jobs.sync` writes the
others.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce, Now

from jobs.document import joined
from jobs.keys import EPOCH, VALUE_BITS

NO_ISSUER = "none"
"""Stands for an issuer that a job does not have, where one is looked for."""
UNDATED = EPOCH
"""Stands for a date that a job does not have, or that makes no sense: older than every other, matched by no range."""


class Value(models.Model):
    """A type, status or issuer that has occurred; its `id` stands for it in the numbers of cells (`jobs.keys`)."""

    class Kind(models.IntegerChoices):
        """What it is."""

        TYPE = 1
        STATUS = 2
        ISSUER = 3

    id = models.AutoField(primary_key=True)
    kind = models.SmallIntegerField(choices=Kind.choices)
    text = models.TextField(db_collation="C")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "text"), name="value_is_unique"),
            models.CheckConstraint(condition=Q(id__lt=1 << VALUE_BITS), name="value_fits_its_place"),
        )


class Tile(models.Model):
    """A type and status that have occurred together; `id` is as in `jobs.keys`."""

    id = models.BigIntegerField(primary_key=True)
    type = models.TextField(db_collation="C")
    status = models.TextField(db_collation="C")
    late = models.BooleanField()


class Cell(models.Model):
    """A type, status and issuer that occur together, and how many jobs have them, exactly; `id` is as in `jobs.keys`.

    Jobs of which one date says little about the other (`jobs.keys.is_late`) have cells of their own.
    """

    id = models.BigIntegerField(primary_key=True)
    type = models.TextField(db_collation="C")
    status = models.TextField(db_collation="C")
    issuer = models.TextField(db_collation="C", null=True)  # noqa: DJ001 - null is what the wire says
    late = models.BooleanField()
    stage = models.SmallIntegerField()
    jobs = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("type", "status", "issuer", "late"), nulls_distinct=False, name="cell_is_unique"
            ),
            models.CheckConstraint(condition=Q(jobs__gte=0), name="cell_is_never_negative"),
        )
        indexes = (models.Index(Coalesce("issuer", models.Value(NO_ISSUER)), name="cell_issuer"),)  # an issuer's cells


class Week(models.Model):
    """A week in which a job was created or last updated, by its number (`jobs.keys`)."""

    number = models.SmallIntegerField(primary_key=True)


class WeekCell(models.Model):
    """A cell that a job had which was created or last updated in a week; there may have been none since."""

    pk = models.CompositePrimaryKey("week", "cell")
    week = models.SmallIntegerField()
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, db_index=False, db_constraint=False)


class Job(models.Model):
    """What lists show, filter and sort by; `key` is the platform's id.

    `source` and `destination` are the first of each, as they came. `terms` are what the job is found by, each of which
    has a posting. `digest` is of the whole job. `asked` is when the request began that last brought the row as it
    stands, `observed` when that was written, `settled` and `contested` as in `jobs.rules.versions`; `first_seen` is
    when it first came.
    `started` is the earliest date at which it was seen at work, null where it never was.
    """

    key = models.TextField(db_collation="C")
    group = models.TextField(db_collation="C")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    tile = models.GeneratedField(
        expression=F("cell").bitrightshift(VALUE_BITS), output_field=models.BigIntegerField(), db_persist=True
    )
    created = models.DateTimeField()
    updated = models.DateTimeField()
    started = models.DateTimeField(null=True)
    source = models.TextField()
    destination = models.TextField()
    quality = models.TextField()
    error_code = models.IntegerField(null=True)
    error = models.TextField()
    terms = ArrayField(models.BigIntegerField())
    digest = models.BinaryField()
    first_seen = models.DateTimeField()
    asked = models.DateTimeField()
    observed = models.DateTimeField()
    settled = models.BooleanField()
    contested = models.BinaryField(db_default=b"")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key",), name="job_key"),)
        indexes = (
            models.Index(
                fields=("created", "id"), name="job_created"
            ),  # lists of all, and of terms that most jobs have
            models.Index(fields=("updated", "id"), name="job_updated"),  # the same by update
            # Lists by types and states; what is included filters by the other date and counts.
            models.Index(fields=("tile", "created", "id"), include=("cell", "updated"), name="job_tile_created"),
            models.Index(fields=("tile", "updated", "id"), include=("cell", "created"), name="job_tile_updated"),
            # Lists by issuers.
            models.Index(fields=("cell", "created", "id"), include=("updated",), name="job_cell_created"),
            models.Index(fields=("cell", "updated", "id"), include=("created",), name="job_cell_updated"),
        )


class Document(models.Model):
    """A job as it came, secrets masked: three JSON texts whose members together are its members.

    `head` holds the scalars that change, `body` everything else but `result`, which is null where there is none.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, db_constraint=False)
    head = models.TextField()
    body = models.TextField()
    result = models.TextField(null=True)  # noqa: DJ001 - missing is not empty

    @property
    def text(self) -> str:
        """The whole job as JSON."""
        return joined(self.head, self.body, self.result)


class Posting(models.Model):
    """A job under one of its terms, where searches for groups, files and directories find it (`jobs.keys`).

    `created_under` is the term and the week of creation; `updated_under` is the term and the week of the last update,
    where that is another one. Cell and dates are the job's own. The primary key finds what was created in a week, and
    includes `updated`, since most of it was updated then too.
    """

    pk = models.CompositePrimaryKey("created_under", "cell", "created", "job")
    created_under = models.BigIntegerField()
    updated_under = models.BigIntegerField(null=True)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    created = models.DateTimeField()
    updated = models.DateTimeField()
    job = models.ForeignKey(Job, on_delete=models.CASCADE, db_index=False, db_constraint=False)

    class Meta:
        indexes = (
            # What was updated in a week and created in another.
            models.Index(
                fields=("updated_under", "cell", "updated", "job"),
                include=("created",),
                condition=Q(updated_under__isnull=False),
                name="posting_updated",
            ),
        )


class Rollup(models.Model):
    """What happened to jobs in a time that begins at `begins`, as they are now.

    `created` and `finished` are how many were; `durations` is a histogram (`jobs.histogram`) of how long those that
    finished had been there, `waits` one of how long those that were seen to start had waited.
    """

    begins = models.DateTimeField()
    created = models.IntegerField()
    finished = models.IntegerField()
    durations = ArrayField(models.BigIntegerField())
    waits = ArrayField(models.BigIntegerField())

    class Meta:
        abstract = True


class HourRollup(Rollup):
    """An hour of a cell."""

    pk = models.CompositePrimaryKey("begins", "cell")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, db_index=False, db_constraint=False)


class DayRollup(Rollup):
    """A day, in UTC, of a tile."""

    pk = models.CompositePrimaryKey("begins", "tile")
    tile = models.ForeignKey(Tile, on_delete=models.PROTECT, db_index=False, db_constraint=False)


class Transition(models.Model):
    """A change of a job's state that was observed, through `lane`.

    It was `after` the last request that still brought the state `old` began, and `before` the first record of the state
    `new` had been written.
    """

    pk = models.CompositePrimaryKey("job", "before")  # a job's history
    job = models.ForeignKey(Job, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    before = models.DateTimeField()
    after = models.DateTimeField()
    lane = models.TextField()
    old = models.TextField()
    new = models.TextField()


class Recheck(models.Model):
    """A job that is to be read by id, `since` when and why; `raised` is when that was last said, `due` its turn.

    `attempts` is how often that was in vain, `missing` when the first request began that found no such job. `failed`
    says that the last one had no answer, or that it was forbidden.
    """

    class Turn(models.IntegerChoices):
        """What is read first: what hooks tell of, then all other doubts (`jobs.rules.versions.Doubt`).

        What did not come where it should have is read after these, and at last that of which the last read failed.
        """

        TOLD = 0
        DOUBTED = 1
        ABSENT = 2
        FAILED = 3

    TURNS = Case(
        When(failed=True, then=Turn.FAILED),
        When(reason="hook", then=Turn.TOLD),
        When(reason="absent", then=Turn.ABSENT),
        default=Turn.DOUBTED,
    )

    key = models.TextField(primary_key=True, db_collation="C")
    reason = models.TextField()
    since = models.DateTimeField(db_default=Now())
    raised = models.DateTimeField()
    due = models.DateTimeField(db_index=True)  # since when one waits
    attempts = models.IntegerField(default=0)
    missing = models.DateTimeField(null=True)
    failed = models.BooleanField(default=False, db_default=False)
    turn = models.GeneratedField(expression=TURNS, output_field=models.SmallIntegerField(), db_persist=True)

    class Meta:
        indexes = (models.Index("turn", "due", name="recheck_turn"),)  # those that have their turn


class Delivery(models.Model):
    """A delivery of a hook, by its unique id, so that it is taken once."""

    id = models.TextField(primary_key=True, db_collation="C")
    received = models.DateTimeField(db_index=True)  # those to forget


class Horizon(models.Model):
    """Jobs last updated `before` this are not kept: those that were here are pruned, no others are taken. One row."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY)
    before = models.DateTimeField()


class Message(models.Model):
    """An error message that a job has had, once; `id` is its hash (`jobs.keys`), by which jobs are found."""

    id = models.BigIntegerField(primary_key=True)
    text = models.TextField()

    class Meta:
        indexes = (
            # The messages that contain a text.
            GinIndex(fields=("text",), opclasses=["gin_trgm_ops"], fastupdate=False, name="message_text"),
        )


class Quarantine(models.Model):
    """A record that came and cannot be a job, verbatim but for its secrets, and why; once, however often it came."""

    digest = models.BinaryField(unique=True)
    job_key = models.TextField(db_collation="C", db_index=True)  # on the job's page
    field = models.TextField()
    reason = models.TextField()
    text = models.TextField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField(db_index=True)  # the newest first on the sync page
    times = models.BigIntegerField(default=1)


class Lease(models.Model):
    """Who may sync now. A new holder takes a new epoch, so that a late word of the old one is refused."""

    name = models.TextField(primary_key=True)
    holder = models.TextField()
    epoch = models.BigIntegerField(default=0)
    expires = models.DateTimeField()


class Lane(models.Model):
    """One way of the sync through the jobs of one `platform`, and how far it has come.

    `complete` is when the last complete pass began: what the platform had changed by then is here. `watermark` is the
    newest `dateUpdated` that the tail has passed, `lags` how late it saw changes (`jobs.rules.lag`). Sweeps are counted
    by `number`; the last of them `began`, when the platform's clock said `dated`, and `finished` then; `gaps` are what
    it has left out, in words; another is `wanted` before it is due. `page_size` is how many jobs may be asked for at
    once, null where the platform has not refused as many as the settings say. Where it lets us read no job by id, none
    is read before `rests_until`.
    `problem` is why the last pass failed, and since when.
    """

    TAIL, SWEEP, RECONCILE, RECHECKS = "tail", "sweep", "reconcile", "rechecks"
    CUT_OFF = "A pass was cut off: its process died or was stopped, or it lost the database."

    name = models.TextField(primary_key=True)
    platform = models.TextField()
    watermark = models.DateTimeField(null=True)
    lags = ArrayField(models.FloatField(), default=list)
    complete = models.DateTimeField(null=True)
    number = models.IntegerField(default=0)
    began = models.DateTimeField(null=True)
    dated = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    gaps = ArrayField(models.TextField(), default=list)
    wanted = models.BooleanField(default=False)
    page_size = models.IntegerField(null=True)
    rests_until = models.DateTimeField(null=True)
    problem = models.TextField(default="")
    problem_since = models.DateTimeField(null=True)


class Split(models.Model):
    """A shard of sweeps whose walk began again too often, and that is walked in smaller ones since it was `made` so."""

    type = models.TextField()
    status = models.TextField()
    issuer = models.TextField()
    made = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("type", "status", "issuer"), name="shard_is_split_once"),)


class Shard(models.Model):
    """The walk of a sweep, or of the reconcile lane, through the jobs of a type, a state, an issuer; empty is any.

    `token` to `mark` are as in `jobs.rules.sweep.Place`. `since` is when the walk began, null before that, in pages of
    `page_size`; `restarts` is how often it had to begin again. It has failed `failures` times in a row while the
    platform answered others. `left_out` is what of it is not walked, and why, in words.
    `weight` is how many jobs it is thought to have, beside the other shards of a sweep.
    """

    lane = models.TextField()
    type = models.TextField()
    status = models.TextField()
    issuer = models.TextField()
    token = models.TextField(default="")
    reached = models.DateTimeField(null=True)
    edge = ArrayField(models.TextField(), default=list)
    ordered = models.BooleanField(default=True)
    finished = models.BooleanField(default=False)
    pages = models.IntegerField(default=0)
    idle = models.IntegerField(default=0)
    mark = models.TextField(default="")
    since = models.DateTimeField(null=True)
    page_size = models.IntegerField(default=0)
    restarts = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    left_out = models.TextField(default="")
    weight = models.BigIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("lane", "type", "status", "issuer"), name="shard_is_walked_once"),
        )

    @property
    def lease(self) -> str:
        """The name of the lease under which it is walked."""
        return f"{self.lane} {self.pk}"

    @property
    def scope(self) -> str:
        """Its type, state and issuer, as far as it has them."""
        return " ".join(filter(None, (self.type, self.status, self.issuer)))


class Anomaly(models.Model):
    """What the platform should not do and did (`jobs.rules.anomalies`), as it was last noticed through a lane."""

    pk = models.CompositePrimaryKey("lane", "kind")
    lane = models.TextField()
    kind = models.TextField()
    said = models.TextField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    times = models.BigIntegerField()


class Upstream(models.Model):
    """What all workers know of the platform. One row.

    No request begins before `next`. It has failed `failures` times in a row, at last for `reason`; where that was too
    often, it is left alone until `rests_until`. It gives `page_cap` jobs at once, however many it is asked for; null is
    as many.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    next = models.DateTimeField()
    failures = models.IntegerField(default=0)
    reason = models.TextField(default="")
    failing_since = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    page_cap = models.IntegerField(null=True)


class UpstreamMinute(models.Model):
    """The requests of a minute: how many, and how many of them were put off (429), answered with 5xx, or failed else.

    They took `seconds` in all, the `slowest` of them so many.
    """

    begins = models.DateTimeField(primary_key=True)
    requests = models.IntegerField()
    throttled = models.IntegerField()
    unready = models.IntegerField(default=0)
    failed = models.IntegerField()
    seconds = models.FloatField()
    slowest = models.FloatField()


CAME = F("inserted") + F("updated") + F("unchanged") + F("dropped")
"""How many jobs came in a pass."""
TELLING = ~Q(outcome="complete", inserted=0, updated=0)
"""Passes that have something to tell: not those that met nothing but what is here, or in quarantine, already."""


class Pass(models.Model):
    """One run of a lane, through jobs of this `scope`, under a lease of this name: what it brought and how it ended."""

    class Outcome(models.TextChoices):
        """How a pass ended; `running` until then."""

        RUNNING = "running"
        COMPLETE = "complete"
        PAUSED = "paused"
        FAILED = "failed"

    lane = models.TextField()
    scope = models.TextField(default="")
    lease = models.TextField()
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    outcome = models.TextField(choices=Outcome.choices, default=Outcome.RUNNING)
    pages = models.IntegerField(default=0)
    inserted = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    dropped = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    problem = models.TextField(default="")

    class Meta:
        indexes = (
            models.Index(F("began").desc(), name="pass_began"),  # the rate of a lane, and passes to forget
            # The last passes that have something to tell.
            models.Index(F("began").desc(), name="pass_telling", condition=TELLING),
            models.Index("lease", name="pass_running", condition=Q(outcome="running")),  # passes that nobody ended
        )
