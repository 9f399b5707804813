"""All of it in one function of inner functions; the bell is a UDP socket that is sent a datagram."""

import selectors
import socket
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason
from chatlab.tcp.outbox import Outbox


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat: TcpChat[socket.socket] = TcpChat(log=lambda line: None)
        self.wake = lambda: None
        self.thread = threading.Thread(target=lambda: serve(self.listener, self.chat, self.bell))

    def start(self) -> None:
        self.bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.bell.bind(("127.0.0.1", 0))
        self.bell.connect(self.bell.getsockname())
        self.thread.start()
        self.wake = lambda: self.bell.send(b"")

    def close(self) -> None:
        if self.thread.is_alive():
            self.wake()
            self.thread.join()
            self.bell.close()
        self.listener.close()


def serve(listener, chat, bell):  # noqa: PLR0915
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(bell, selectors.EVENT_READ)
    selector.register(listener, selectors.EVENT_READ)
    here, doomed = {}, []

    def send(deliveries):
        for delivery in deliveries:
            for client in delivery.recipients:
                if client in here:
                    here[client].put(delivery.lines)
                    flush(client)
                    if delivery.last:
                        shut(client)

    def flush(client):
        box = here[client]
        while box.size:
            try:
                box.drop(client.send(box.front()))
            except BlockingIOError:
                break
            except OSError:
                doomed.append((client, Reason.LOST))
                return
        want = selectors.EVENT_READ | selectors.EVENT_WRITE if box.size else selectors.EVENT_READ
        selector.modify(client, want)
        if box.size > chat.limits.max_outbox:
            doomed.append((client, Reason.SLOW))

    def shut(client):
        del here[client]
        selector.unregister(client)
        client.close()

    def put_out():
        while doomed:
            client, reason = doomed.pop(0)
            if client in here and reason is Reason.LOST:
                shut(client)
            send(chat.leave(client, reason))

    while True:
        ready = selector.select()
        for key, events in ready:
            client = key.fileobj
            if client is listener:
                try:
                    client, address = listener.accept()
                except OSError:
                    continue
                client.setblocking(False)
                here[client] = Outbox()
                selector.register(client, selectors.EVENT_READ)
                send(chat.connect(client, address, time.monotonic()))
            elif client in here:
                if events & selectors.EVENT_WRITE:
                    flush(client)
                if events & selectors.EVENT_READ:
                    try:
                        send(chat.receive(client, client.recv(4096), time.monotonic()))
                    except BlockingIOError:
                        pass
                    except OSError:
                        doomed.append((client, Reason.LOST))
            put_out()
        if any(key.fileobj is bell for key, _ in ready):
            break
    send(chat.close())
    put_out()
    for client in list(here):
        shut(client)
    selector.close()
