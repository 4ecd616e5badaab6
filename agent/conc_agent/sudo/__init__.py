"""sudo, as this node has it: sudo(8), or sudo-rs, which takes the same options."""
