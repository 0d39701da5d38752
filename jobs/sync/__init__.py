"""Brings jobs from the platform: the lanes, and the lease that lets one of each run at a time.

The search has no "updated since", and its page tokens promise nothing (contract: "Search"). So the *tail* reads by
`dateUpdated` descending down to where the last complete pass began to read, and some way further; the *backfill*
reads everything by `dateCreated` ascending, and again now and then. Every page is committed with the checkpoint that
it leads to.
"""
