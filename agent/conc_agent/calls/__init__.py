"""What a controller may ask for, one module each, named as the call: ``survey history run resume abandon stop``.

``serve(channel, request)`` does it; what it returns is the reply (protocol/README.md, "Calls").
"""
