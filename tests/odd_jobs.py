"""Jobs whose texts are long, unbroken, or written from the right: a group of them."""

from tests.records import job

LONG = "endless" * 50
GROUP = "odd-group"
ODD = [
    job(1, id="odd-names", groupId=GROUP, type=f"urn:job:{LONG[:150]}", status=LONG[:120], issuer=f"urn:app:{LONG}"),
    job(2, id="odd-paths", groupId=GROUP, status="error", sources=[{"path": f"/{LONG}/{LONG}.mp4", "fileId": LONG}]),
    job(3, id="odd-texts", groupId=GROUP, status="error", result={"code": 500, "message": f"שגיאה {LONG} " * 9}),
    job(4, id="odd-specification", groupId=GROUP, specification={"quality": LONG, "video": {LONG: {LONG: [LONG]}}}),
    job(5, id="x" * 400, groupId=GROUP, sources=[{"path": "/שלום/עולם/סרט.mp4"}, {"path": "/🎬/👨‍👩‍👧‍👦.mp4"}]),
]
