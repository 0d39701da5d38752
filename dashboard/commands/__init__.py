"""The commands of `./deck`, one module each."""
