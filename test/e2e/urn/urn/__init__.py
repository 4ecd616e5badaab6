"""An application with a tree of configuration beside it. Its packages are found by themselves."""
