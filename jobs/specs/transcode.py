"""`urn:job:av.transcode`: one quality of a video or audio file."""

from jobs.specs.common import DESCRIPTOR, DESTINATION, Compared, JobType
from jobs.specs.fields import Field, Section

TRANSCODE = JobType(
    urn="urn:job:av.transcode",
    label="Transcode",
    specification=(
        Section(
            title="Video",
            at="video",
            fields=(
                Field(label="Stream", at="type"),
                Field(label="Codec", at="specification.codec.name"),
                Field(label="Profile", at="specification.codec.profile"),
                Field(label="Level", at="specification.codec.level"),
                Field(label="Constant rate factor", at="specification.codec.crf", kind="number"),
                Field(label="Highest rate", at="specification.codec.maxRate", kind="bits"),
                Field(label="Width", at="specification.resolution.width", kind="number", unit="px"),
                Field(label="Height", at="specification.resolution.height", kind="number", unit="px"),
                Field(label="Frame rate", at="specification.frameRate", kind="number", unit="fps"),
                Field(label="Key frame every", at="specification.keyFrame", kind="number", unit="frames"),
                Field(label="Filter", at="specification.filter"),
            ),
        ),
        Section(
            title="Audio",
            at="audio",
            fields=(
                Field(label="Stream", at="type"),
                Field(label="Codec", at="specification.codec.name"),
                Field(label="Constant bitrate", at="specification.codec.cbr", kind="number", unit="kb/s"),
                Field(label="Channels", at="specification.channels"),
            ),
        ),
        Section(
            title="Quality",
            fields=(
                Field(label="Quality", at="quality"),
                Field(label="Lowest", at="qualityRange.minimum"),
                Field(label="Highest", at="qualityRange.maximum"),
            ),
        ),
        Section(
            title="Clipping",
            at="clipping",
            fields=(
                Field(label="Start", at="start", kind="seconds"),
                Field(label="Duration", at="duration", kind="seconds"),
                Field(label="Fade in", at="fadeInDuration", kind="seconds"),
                Field(label="Fade in from", at="fadeInOffset", kind="seconds"),
                Field(label="Fade out", at="fadeOutDuration", kind="seconds"),
                Field(label="Fade out from", at="fadeOutOffset", kind="seconds"),
            ),
        ),
        DESTINATION,
    ),
    payload=(
        Section(
            title="Media",
            at="info",
            fields=(
                Field(label="Quality", at="quality"),
                Field(label="Format", at="format"),
                Field(label="Type", at="type"),
                Field(label="Tag", at="tag"),
                Field(label="Width", at="width", kind="number", unit="px"),
                Field(label="Height", at="height", kind="number", unit="px"),
                Field(label="Aspect", at="displayAspectRatio"),
                Field(label="Frame rate", at="fps", kind="number", unit="fps"),
                Field(label="Length", at="duration", kind="milliseconds"),
                Field(label="Video rate", at="videoBitrate", kind="bits"),
                Field(label="Audio rate", at="audioBitrate", kind="bits"),
            ),
        ),
        Section(title="File", at="file", fields=DESCRIPTOR),
        Section(
            title="Run",
            fields=(
                Field(label="Error class", at="errorClass"),
                Field(label="FFmpeg", at="masterFFMpegCommand", kind="code"),
            ),
        ),
    ),
    compared=(
        Compared(label="Quality", asked="quality", produced="info.quality"),
        Compared(label="Width", asked="video.specification.resolution.width", produced="info.width", unit="px"),
        Compared(label="Height", asked="video.specification.resolution.height", produced="info.height", unit="px"),
        Compared(label="Frame rate", asked="video.specification.frameRate", produced="info.fps", unit="fps"),
        Compared(label="Path", asked="destination.path", produced="file.path"),
        Compared(label="Access", asked="destination.acl", produced="file.acl"),
    ),
)
