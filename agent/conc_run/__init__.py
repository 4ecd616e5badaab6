"""What runs on the controller for ``conc run``: the script's interpreter, and the module that it imports as execnet."""
