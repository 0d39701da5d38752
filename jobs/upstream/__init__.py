"""The Jobs API over HTTP: one client, its wire format, its errors. No Django here."""
