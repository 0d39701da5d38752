"""The domain: jobs of the platform, mirrored, searched and shown."""
