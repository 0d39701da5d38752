"""How the mirror stands beside its platform, as the tables say that the sync keeps."""
