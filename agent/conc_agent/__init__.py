"""conc's agent: what runs on a node. Standard library only, Python 3.8 and newer, streamed there by the controller."""
