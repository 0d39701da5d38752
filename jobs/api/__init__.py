"""The Jobs API's own contract, served from the mirror, so that the platform's clients can be pointed here."""
