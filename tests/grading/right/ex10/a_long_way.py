import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


def shake_hands(sock, join, seconds):
    start = time.time()
    data = b""
    refused = 0
    result = None
    finished = False
    answer = "NICK\n"
    while not finished:
        # 1. say what there is to say
        if answer != "":
            try:
                sock.sendall(answer.encode("utf-8"))
            except OSError:
                return None
            answer = ""
        # 2. is a line there?
        position = data.find(b"\n")
        if position == -1 and len(data) < MOST:
            # 3. no: receive
            rest_of_time = seconds - (time.time() - start)
            if rest_of_time <= 0:
                answer = "ERROR time\n"
                finished = True
            else:
                sock.settimeout(rest_of_time)
                try:
                    piece = sock.recv(1000)
                    if piece == b"":
                        return None
                    data = data + piece
                except TimeoutError:
                    answer = "ERROR time\n"
                    finished = True
                except OSError:
                    return None
        elif position == -1 or position + 1 > MOST:
            answer = "ERROR length\n"
            finished = True
        else:
            line = data[0:position]
            data = data[position + 1 :]
            if line.endswith(b"\r"):
                line = line[0:-1]
            text = line.decode("utf-8", errors="replace")
            try:
                nickname = join(text)
                result = (nickname, data)
                finished = True
            except Refusal as refusal:
                refused = refused + 1
                if refused == 10:
                    answer = "ERROR tries\n"
                    finished = True
                else:
                    answer = "NICK " + str(refusal) + "\n"
    if answer != "":
        try:
            sock.sendall(answer.encode("utf-8"))
        except OSError:
            pass
    sock.settimeout(None)
    return result
