"""A cold start of Mitogen on a node, and one question: ``mitogen_hello.py SSH_CONFIG NODE``."""

import os
import sys

import mitogen.utils


@mitogen.utils.run_with_router
def hello(router):
    node = router.ssh(
        hostname=sys.argv[2],
        python_path=["/usr/bin/python3"],
        ssh_args=["-F", sys.argv[1]],
        check_host_keys="enforce",
    )
    print(node.call(os.getpid))
