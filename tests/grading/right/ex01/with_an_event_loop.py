import asyncio


async def answer(loop, sock, count):
    for _ in range(count):
        ready = loop.create_future()
        loop.add_reader(sock, ready.set_result, None)
        await ready
        loop.remove_reader(sock)
        data, sender = sock.recvfrom(65_507)
        sock.sendto(b"%d characters" % len(data.decode()), sender)


def send_receipts(sock, count):
    loop = asyncio.SelectorEventLoop()  # the one that has add_reader, on Windows too
    try:
        loop.run_until_complete(answer(loop, sock, count))
    finally:
        loop.close()
