"""One thread waits for the socket and for a bell; what is to be sent lies in a bytearray."""

import selectors
import socket
import threading
import time

from chatlab.room.errors import Refusal
from chatlab.room.events import Gone, Joined, Left, Refused, Said
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER, Choose, Hangup, Welcome, build_nickname, build_say, parse_answer


class Member:
    def __init__(self, sock, nickname, on_event):
        self.sock, self.nickname, self.on_event = sock, nickname, on_event
        self.lines = LineBuffer(MAX_ANSWER)
        self.out = bytearray()
        self.lock = threading.Condition()
        self.state = "choosing"  # then "asking", "in", "over"
        self.quitting = None
        self.sent_all = False
        self.bell, self.ear = socket.socketpair()

    def ring(self):
        self.bell.send(b"!")

    def serve(self, give_up_at):
        selector = selectors.DefaultSelector()
        selector.register(self.ear, selectors.EVENT_READ)
        try:
            while True:
                with self.lock:
                    out, state, quitting = bool(self.out), self.state, self.quitting
                if state == "over":
                    return
                timeout = None
                if quitting is not None:
                    if not out and not self.sent_all:
                        self.sent_all = True
                        self.sock.shutdown(socket.SHUT_WR)
                    timeout = quitting - time.monotonic()
                elif state == "choosing":
                    timeout = give_up_at() - time.monotonic()
                if timeout is not None and timeout <= 0:
                    if quitting is None:
                        self.end("the room does not answer")
                    return
                events = selectors.EVENT_READ | (selectors.EVENT_WRITE if out else 0)
                selector.register(self.sock, events)
                ready = [key.fileobj for key, mask in selector.select(timeout) if mask]
                selector.unregister(self.sock)
                if self.ear in ready:
                    self.ear.recv(1000)
                if self.sock in ready:
                    self.serve_socket()
        except (OSError, ValueError) as error:
            self.end(str(error))
        finally:
            selector.close()

    def serve_socket(self):
        with self.lock:
            try:
                if self.out:
                    del self.out[: self.sock.send(self.out)]
                    self.lock.notify_all()
            except BlockingIOError:
                pass
        try:
            data = self.sock.recv(65536)
        except BlockingIOError:
            return
        if not data:
            self.end("the room has closed")
            return
        for line in self.lines.take(data):
            if self.state == "over":
                return
            self.hear(parse_answer(line))

    def hear(self, answer):
        if isinstance(answer, Hangup):
            self.end(answer.reason)
        elif self.state == "in":
            if isinstance(answer, (Joined, Said, Left)):
                self.on_event(answer)
        elif isinstance(answer, Welcome):
            self.on_event(Joined(self.nickname))
            self.become("in")
        elif isinstance(answer, Choose):
            if answer.reason:
                self.on_event(Refused(answer.reason))
                self.become("asking")
            else:
                self.send(build_nickname(self.nickname))

    def become(self, state):
        with self.lock:
            if self.state != "over":
                self.state = state
            self.lock.notify_all()

    def end(self, why):
        if self.state != "over" and self.quitting is None:
            self.on_event(Gone(why))
        self.become("over")

    def send(self, data):
        with self.lock:
            self.out += data

    def wait_for_more(self):
        """Until a line is wanted: for a nickname, or as a message."""
        with self.lock:
            self.lock.wait_for(lambda: self.state == "over" or (self.state != "choosing" and not self.out))
            return self.state


def talk(sock, nickname, room, lines, on_event, *, patience=5.0):
    try:
        sock.settimeout(patience)
        sock.connect(room)
    except OSError as error:
        on_event(Gone(f"no room: {error}"))
        sock.close()
        return
    sock.setblocking(False)
    member = Member(sock, nickname, on_event)
    since = [time.monotonic()]
    thread = threading.Thread(target=member.serve, args=(lambda: since[0] + patience,))
    thread.start()
    try:
        lines = iter(lines)
        while (state := member.wait_for_more()) != "over":
            text = next(lines, "!q").removesuffix("\n")
            if text == "!q":
                break
            with member.lock:
                if member.state == "over":
                    break
            if state == "asking":
                member.nickname = text
                since[0] = time.monotonic()
                member.send(build_nickname(text))
                member.become("choosing")
            else:
                try:
                    member.send(build_say(text))
                except Refusal as refusal:
                    on_event(Refused(str(refusal)))
            member.ring()
        member.quitting = time.monotonic() + 0.5
        member.ring()
        thread.join()
    finally:
        for each in (sock, member.bell, member.ear):
            each.close()
