"""Tries Jobdeck beside a sandbox: some of it in the suite, as much as one likes by `./deck bench`."""
