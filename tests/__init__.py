"""The test suite: one file an endpoint or seam."""
