"""A small application with jobs of its own: what the tests of those deploy."""

SORTS = ("assam", "sencha")
