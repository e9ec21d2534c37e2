"""A serial port as clients of SMP take one: a pseudo-terminal whose other end is a board's line at a Unix socket."""

import os
import select
import socket
import threading
import tty


class Line:
    """The port's path is `port`; `close` ends it. Clients may open and close it as often as they like."""

    def __init__(self, path: str) -> None:
        self._board = socket.socket(socket.AF_UNIX)
        self._board.connect(path)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._ended, self._end = os.pipe()
        self._thread = threading.Thread(target=self._pass_on)
        self._thread.start()

    def _pass_on(self) -> None:
        while True:
            ready, _, _ = select.select([self._board, self._master, self._ended], [], [])
            if self._ended in ready:
                return
            if self._master in ready:
                self._board.sendall(os.read(self._master, 4096))
            if self._board in ready:
                received = self._board.recv(4096)
                if not received:
                    return
                os.write(self._master, received)

    def close(self) -> None:
        os.write(self._end, b".")
        self._thread.join()
        self._board.close()
        for each in (self._master, self._slave, self._ended, self._end):
            os.close(each)
