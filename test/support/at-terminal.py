"""Runs a program at a terminal of its own and types an answer to each prompt; prints what the terminal showed.

    at-terminal.py PROMPT ANSWER … -- PROGRAM …
"""

import os
import pty
import re
import sys

words = sys.argv[1 : sys.argv.index("--")]
program = sys.argv[sys.argv.index("--") + 1 :]
answers = list(zip(words[::2], words[1::2]))

pid, terminal = pty.fork()
if pid == 0:
    os.execv(program[0], program)
shown = b""
#: Since the last answer: the same prompt may come again.
fresh = b""
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    shown += data
    fresh += data
    # Who edits lines moves the cursor behind its prompt.
    if answers and re.sub(rb"\x1b\[[0-9;]*[A-Za-z]", b"", fresh).endswith(answers[0][0].encode()):
        fresh = b""
        os.write(terminal, answers.pop(0)[1].encode() + b"\n")
sys.stdout.write(shown.decode())
print("exit %d" % os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
