"""chatlab's programs on a terminal of their own (a pseudo-terminal: pty(7)), where somebody types."""

from __future__ import annotations

import os
import re
import signal
import struct
import subprocess
import sys
import threading

if sys.platform != "win32":
    import fcntl
    import pty
    import termios

LIMIT = 10.0  # seconds to wait for what must come
# In what a terminal has shown: something was erased here.
ERASED = "⌫"
_ERASES = re.compile(r"\x1b\[[0-3]?[JK]")
# What acts on the screen and shows nothing: ECMA-48 control sequences, and operating system commands up to BEL.
_ACTIONS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[=>78]")


class Terminal:
    """`python <arguments>` on a terminal of 80 columns. A context manager; what still runs at the end is killed."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self._screen, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            # Makes Ctrl-C that is typed there a SIGINT; holds no lock and so does no harm beside threads.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONUTF8": "1", **environment},
        )
        os.close(inner)
        self._shown = b""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="terminal-output")
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        os.close(self._screen)

    @property
    def shown(self) -> str:
        """All that it has shown so far, without what acts on the screen, but for ERASED."""
        with self._changed:
            return _ACTIONS.sub("", _ERASES.sub(ERASED, self._shown.decode(errors="replace")))

    def type(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def shows(self, pattern: str) -> None:
        """It shows what matches `pattern`, or fails if that does not come within LIMIT."""
        with self._changed:
            found = self._changed.wait_for(lambda: re.search(pattern, self.shown), LIMIT)
        assert found, f"no {pattern!r} in {self.shown!r}"

    def terminate(self) -> None:
        self._process.terminate()

    def hang_up(self) -> None:
        """As if its window were closed."""
        self._process.send_signal(signal.SIGHUP)

    def wait(self, limit: float = LIMIT) -> int:
        """Its exit code. Raises TimeoutExpired if it still runs after `limit` seconds."""
        return self._process.wait(limit)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._screen, 4096)
            except OSError:  # EIO, on Linux: nobody has the other side open any more
                return
            if not data:
                return
            with self._changed:
                self._shown += data
                self._changed.notify_all()
