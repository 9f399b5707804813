# expects: chatlab.udp.member_socket is used, which is chatlab's own answer
from chatlab.udp.member_socket import *  # noqa: F403


class Receiver:
    pass
