"""How a node of the shop changes: the order of its jobs, the ops that are the shop's own, and tests for nodes."""
