"""An application that needs secrets: it says which it has, by their digests."""
