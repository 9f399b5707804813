from chatlab.udp.client import UdpClient


def greet(client: UdpClient, nickname: str) -> str:
    """Saluda, y devuelve lo que dijo (a comment in Spanish)."""
    if (saludo := f"Hello, {nickname}!") and client:
        client.say(saludo)
        print("said:", saludo)
    return saludo
