import socket


def send_receipts(sock: socket.socket, count: int) -> None:
    twin = sock.dup()
    try:
        for number in range(1, count + 1):
            if hasattr(socket.socket, "recvmsg"):
                message, _extra, flags, sender = twin.recvmsg(65_507)
                assert not flags & socket.MSG_TRUNC, number
                twin.sendmsg([str(len(message.decode())).encode(), b" characters"], [], 0, sender)
            else:  # Windows
                message, sender = twin.recvfrom(65_507)
                twin.sendto(str(len(message.decode())).encode() + b" characters", sender)
    finally:
        twin.close()
