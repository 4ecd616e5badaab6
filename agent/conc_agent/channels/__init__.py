"""User channels: what scripts send each other over a gateway, with execnet's types, rules and errors.

Both ends use these modules: the far one is streamed to the node, the near one stands behind conc's ``execnet`` module.
"""
