# expects: accept and listen are for TCP
def send_receipts(sock, count):
    for _ in range(count):
        conn, a = sock.accept()
        m = conn.recv(65507)
        conn.sendall(f"{len(m.decode())} characters".encode())
