import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    clock = time.perf_counter
    end = clock() + seconds
    with sock.makefile("rwb", buffering=0) as file:
        write = lambda text: sock.sendall(f"{text}\n".encode("utf-8"))
        try:
            write("NICK")
            for number in range(TRIES):
                line = b""
                while line[-1:] != b"\n":
                    if len(line) == MOST or clock() >= end:
                        write("ERROR too long, in bytes or in time")
                        return None
                    sock.settimeout(max(end - clock(), 0.001))
                    byte = file.read(1)
                    if not byte:
                        return None
                    line += byte
                try:
                    nickname = join(line[:-1].removesuffix(b"\r").decode("utf-8", "replace"))
                except Refusal as error:
                    write(f"NICK {error}" if number + 1 < TRIES else "ERROR refused too often")
                    continue
                sock.settimeout(None)
                return nickname, b""
        except TimeoutError:
            try:
                write("ERROR too slow")
            except OSError:
                return None
        except OSError:
            return None
    return None
