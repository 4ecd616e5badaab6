"""What ``concops.migrate`` does with each tool. Only here are they imported, from the release."""
