"""The guard of a change: who undoes a switch that nobody confirmed, when the agent that made it is gone.

It is a process of its own, started before the intent to switch, that does nothing but wait for the change's lock. While
an agent lives it never gets it. It runs ``change/agent.pyz``, so it needs no controller and no code from elsewhere.
"""
