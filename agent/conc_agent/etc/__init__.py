"""The etc tree: files of the machine's own configuration, placed with a release and put back with it."""
