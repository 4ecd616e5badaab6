"""Programs that read the machine's configuration: asked about new files beforehand, told of them afterwards.

One small file for each, of the shape of ``server.Server``; ``every.servers`` lists them. They also run as root, in
the program that places files (``etc/privileged.py``): standard library, and these modules alone.
"""
