"""A queue and a thread of its own for what is said, so that no line ever waits for the one before."""

import contextlib
import socket
from queue import SimpleQueue
from threading import Event, Thread

from chatlab.room.errors import ChatlabError, Refusal
from chatlab.room.events import Gone, Joined, Left, Refused, Said
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER, Choose, Hangup, Welcome, build_nickname, build_say, parse_answer


class Client:
    def __init__(self, sock, nickname, lines, on_event):
        self.sock = sock
        self.nickname = nickname
        self.lines = iter(lines)
        self.tell = on_event
        self.buffer = LineBuffer(MAX_ANSWER)
        self.answers = []
        self.out = SimpleQueue()
        self.is_over = Event()
        self.is_leaving = Event()

    def receive(self):
        while not self.answers:
            piece = self.sock.recv(300)
            if not piece:
                raise EOFError("the room has said its last")
            self.answers.extend(parse_answer(line) for line in self.buffer.take(piece))
        answer = self.answers.pop(0)
        if isinstance(answer, Hangup):
            raise EOFError(answer.reason)
        return answer

    def shake_hands(self):
        while True:
            answer = self.receive()
            if isinstance(answer, Welcome):
                self.tell(Joined(self.nickname))
                return True
            if isinstance(answer, Choose):
                if answer.reason:
                    self.tell(Refused(answer.reason))
                    self.nickname = self.type()
                    if self.nickname is None:
                        return False
                self.sock.sendall(build_nickname(self.nickname))

    def type(self):
        for line in self.lines:
            text = line.removesuffix("\n")
            return None if text == "!q" else text
        return None

    def hear(self):
        try:
            while True:
                event = self.receive()
                if isinstance(event, (Joined, Said, Left)):
                    self.tell(event)
        except (OSError, EOFError, ChatlabError) as error:
            self.is_over.set()
            if not self.is_leaving.is_set():
                self.tell(Gone(str(error)))
            self.out.put(None)

    def send(self):
        with contextlib.suppress(OSError):
            while (data := self.out.get()) is not None:
                self.sock.sendall(data)
            self.sock.shutdown(socket.SHUT_WR)


def talk(sock, nickname, room, lines, on_event, *, patience=5.0):
    client = Client(sock, nickname, lines, on_event)
    with sock:
        sock.settimeout(patience)
        try:
            sock.connect(room)
            if not client.shake_hands():
                return
        except (OSError, EOFError, ChatlabError) as error:
            on_event(Gone(str(error)))
            return
        sock.settimeout(None)
        threads = [Thread(target=client.hear), Thread(target=client.send)]
        for thread in threads:
            thread.start()
        while (text := client.type()) is not None and not client.is_over.is_set():
            try:
                client.out.put(build_say(text))
            except Refusal as refusal:
                on_event(Refused(str(refusal)))
        if text is None:
            client.is_leaving.set()
        client.out.put(None)
        threads[0].join(0.5)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
        for thread in threads:
            thread.join()
