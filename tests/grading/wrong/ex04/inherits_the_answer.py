# expects: chatlab.udp.sockets.member_socket is used, which is chatlab's own answer
from chatlab.udp.sockets.member_socket import *  # noqa: F403


class Receiver:
    pass
