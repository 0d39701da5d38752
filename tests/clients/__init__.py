"""The platform's official clients against whatever speaks the Jobs API: the sandbox, and Jobdeck itself."""
