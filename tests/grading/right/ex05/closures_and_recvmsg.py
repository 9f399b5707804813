"""No methods but the two: the loops are functions inside start."""

import socket
import threading
import time
from queue import Queue

from chatlab.udp.chat import UdpChat

HAS_RECVMSG = hasattr(socket.socket, "recvmsg")  # Windows has none


class Server:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals = Queue()
        self.stop = lambda: None  # until it has started

    def start(self) -> None:
        sock, chat, arrivals = self.sock, self.chat, self.arrivals
        is_over = threading.Event()

        def receive_one():
            if HAS_RECVMSG:
                data, _ancillary, _flags, address = sock.recvmsg(66_000)
                return data, address
            return sock.recvfrom(66_000)

        def receive():
            while True:
                try:
                    one = receive_one()
                except ConnectionResetError:
                    one = None
                if is_over.is_set():
                    arrivals.put("over")
                    break
                if one is not None:
                    arrivals.put(one)

        def send(deliveries):
            for datagram, recipients in deliveries:
                for recipient in recipients:
                    try:
                        sock.sendto(datagram, recipient)
                    except OSError:
                        pass

        def work():
            while True:
                match arrivals.get():
                    case "over":
                        send(chat.close())
                        return
                    case (datagram, address):
                        send(chat.receive(datagram, address, time.monotonic()))

        receiver = threading.Thread(target=receive, daemon=True)
        worker = threading.Thread(target=work, daemon=True)
        receiver.start()
        worker.start()

        def stop():
            if is_over.is_set():
                return
            is_over.set()
            sock.sendto(b"", sock.getsockname())
            receiver.join()
            worker.join()

        self.stop = stop

    def stop(self) -> None:
        """Is hidden by the attribute of this name."""
