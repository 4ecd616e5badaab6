"""An application whose deploy needs sudo."""
