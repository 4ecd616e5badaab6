"""An application's secrets on its node: values by name, in generations that releases name and nothing changes."""
