"""How a node of tea changes. What an op is to do wrong is said by an attribute of the node."""
