# expects: chatlab.udp.sockets is used, which is chatlab's own answer
from chatlab.udp.sockets import *  # noqa: F403


class Receiver:
    pass
