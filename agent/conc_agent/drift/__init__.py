"""What was changed by hand under a root: the files as they are against what was recorded when they were placed."""
