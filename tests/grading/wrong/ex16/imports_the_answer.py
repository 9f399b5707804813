# expects: chatlab.tcp.models.selectors
import threading
from contextlib import ExitStack

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.models.selectors import SelectorsModel


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.resources = ExitStack()
        self.thread = None

    def start(self):
        self.model = SelectorsModel(self.listener, self.chat, self.resources)
        self.thread = threading.Thread(target=self.model.serve)
        self.thread.start()

    def close(self):
        if self.thread:
            self.model.close()
            self.thread.join()
            self.resources.close()
            self.thread = None
        self.listener.close()
