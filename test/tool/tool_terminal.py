# SPDX-License-Identifier: BSD-2-Clause
"""The host command with a terminal in the place of a pipe."""
import os
import pty
import subprocess
import threading

from tool_command import LETHE


def on_terminal(lethe, *arguments, stdout=False, stderr=True, program=LETHE):
    """Exit code, what the terminal got, what went to pipes."""
    mine, its = pty.openpty()
    text = bytearray()

    def listen():
        try:
            while data := os.read(mine, 65536):
                text.extend(data)
        except OSError:         # how Linux says that the other side is closed
            pass

    with subprocess.Popen([program, *arguments], cwd=lethe.directory, stdin=subprocess.DEVNULL,
                          stdout=its if stdout else subprocess.PIPE,
                          stderr=its if stderr else subprocess.PIPE) as process:
        os.close(its)
        listener = threading.Thread(target=listen)
        listener.start()
        piped = [stream or b"" for stream in process.communicate(timeout=60)]
        listener.join()
    os.close(mine)
    return process.returncode, text.decode(), piped[0].decode() + piped[1].decode()
