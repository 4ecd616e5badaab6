"""A web application that starts in an instant and says which release it is."""

VERSION = "1.0.0"
