"""A send that fails is not looked at: the thread of that client will learn of it by itself, from recv."""

import contextlib
import socket
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.start, self.close = rooms_of(listener, self.chat)


def rooms_of(listener, chat):
    lock, over, threads = threading.Lock(), threading.Event(), []

    def send(deliveries):
        for delivery in deliveries:
            for client in delivery.recipients:
                with contextlib.suppress(OSError):
                    view = memoryview(delivery.lines)
                    while view:
                        view = view[client.send(view) :]
                if delivery.last:
                    with contextlib.suppress(OSError):
                        client.shutdown(socket.SHUT_RDWR)

    def serve(client, address):
        lost = False
        with lock:
            if over.is_set():
                client.close()
                return
            send(chat.connect(client, address, time.monotonic()))
        while True:
            try:
                data = client.recv(100)
            except OSError:
                data, lost = b"", True
            with lock:
                send(chat.leave(client, Reason.LOST) if lost else chat.receive(client, data, time.monotonic()))
            if not data:
                client.close()
                return

    def accept():
        while not over.is_set():
            try:
                threads.append(threading.Thread(target=serve, args=listener.accept()))
                threads[-1].start()
            except OSError:
                over.wait(0.1)

    def start():
        threads.append(threading.Thread(target=accept))
        threads[0].start()

    def close():
        if threads and not over.is_set():
            with lock:
                over.set()
                send(chat.close())
            with contextlib.suppress(OSError):
                socket.create_connection(listener.getsockname()).close()
            threads[0].join()
            for thread in threads[1:]:
                thread.join()
        listener.close()

    return start, close
