"""What gunicorn is told (``--config python:shop.server``). It listens on the socket handed over in LISTEN_FDS."""

# How many processes there are is said in conc.ini. Each is one worker with threads.
workers = 1
worker_class = "gthread"
threads = 4
graceful_timeout = 20
# Since 25 gunicorn opens a control socket in the user's home: two processes would share it, and nobody uses it.
control_socket_disable = True
