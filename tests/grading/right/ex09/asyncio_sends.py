import asyncio

MOST = 1024


class Lines:
    def __init__(self):
        self.start = 0
        self.data = b""

    def feed(self, piece):
        self.data += piece
        answer = []
        while b"\n" in self.data[self.start :]:
            end = self.data.index(b"\n", self.start)
            if end - self.start >= MOST:
                raise ValueError(end)
            line = self.data[self.start : end]
            self.start = end + 1
            answer.append(line.decode("utf-8", "replace").removesuffix("\r"))
            if self.start > 4096:
                self.data, self.start = self.data[self.start :], 0
        if len(self.data) - self.start > MOST:
            raise ValueError(len(self.data))
        return answer


async def send_all(sock, data):
    await asyncio.get_running_loop().sock_sendall(sock, data)


def send_text(sock, text):
    data = text.encode() + b"\n"
    if "\n" in text or len(data) > MOST:
        raise ValueError(text)
    timeout = sock.gettimeout()
    sock.setblocking(False)
    asyncio.run(send_all(sock, data))
    sock.settimeout(timeout)
