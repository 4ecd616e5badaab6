"""What gunicorn is told (``--config python:courier.server``). It listens on the socket handed over in LISTEN_FDS."""

workers = 1
worker_class = "gthread"
threads = 8
graceful_timeout = 20
control_socket_disable = True
