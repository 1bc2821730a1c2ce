"""terminal.py ROWS COLUMNS COMMAND [ARGUMENT...]

Runs COMMAND as the leader of a session on a pseudo-terminal of that size. Standard input is what
the person types, standard output what the terminal shows; the end of input hangs the terminal up.
Ends as COMMAND did: with its exit code or by its signal.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios


def main() -> None:
    rows, columns, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execvp(command[0], command)
    carry(terminal)
    end_as(os.waitpid(pid, 0)[1])


def carry(terminal: int) -> None:
    while True:
        ready, _, _ = select.select([0, terminal], [], [])
        if terminal in ready:
            shown = read(terminal)
            if not shown:
                return
            os.write(1, shown)
        if 0 in ready:
            typed = os.read(0, 65536)
            if not typed:
                os.close(terminal)
                return
            os.write(terminal, typed)


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: the last program on the terminal has closed it (Linux)
        return b""


def end_as(status: int) -> None:
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) != signal.SIGKILL:
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


main()
