"""Brings jobs from the platform: the lanes, and the leases that let one of each, and one of each walk, run at a time.

The search has no "updated since", and its page tokens promise nothing (contract: "Search"). So the *tail* reads by
`dateUpdated` descending down to where the last complete pass began to read, and some way further; a *sweep* reads
everything by `dateCreated`, in one direction or the other, and again now and then. Every page is committed with the
checkpoint that it leads to.
"""
