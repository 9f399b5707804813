"""As a beginner writes it: step by step, and with lists."""

import socket
import threading
import time

import chatlab.tcp.chat
import chatlab.tcp.limits


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = chatlab.tcp.chat.TcpChat(log=lambda line: None)
        self.lock = threading.Lock()
        self.all_clients = []
        self.all_threads = []
        self.stop_now = False
        self.was_started = False

    def start(self):
        self.was_started = True
        self.accept_thread = threading.Thread(target=self.accept_loop)
        self.accept_thread.daemon = True
        self.accept_thread.start()

    def accept_loop(self):
        self.listener.settimeout(0.2)
        while True:
            if self.stop_now:
                break
            try:
                pair = self.listener.accept()
            except socket.timeout:
                continue
            except OSError as e:
                print("accept failed:", e)
                time.sleep(0.2)
                continue
            client = pair[0]
            address = pair[1]
            self.lock.acquire()
            self.all_clients.append(client)
            answers = self.chat.connect(client, address, time.monotonic())
            self.send_answers(answers)
            self.lock.release()
            thread = threading.Thread(target=self.client_loop, args=(client,))
            thread.daemon = True
            self.all_threads.append(thread)
            thread.start()

    def client_loop(self, client):
        running = True
        while running:
            try:
                data = client.recv(1024)
                error = False
            except OSError:
                error = True
            self.lock.acquire()
            try:
                if error:
                    answers = self.chat.leave(client, chatlab.tcp.limits.Reason.LOST)
                    running = False
                else:
                    answers = self.chat.receive(client, data, time.monotonic())
                    if len(data) == 0:
                        running = False
                self.send_answers(answers)
            finally:
                self.lock.release()
        client.close()

    def send_answers(self, answers):
        todo = list(answers)
        number = 0
        while number < len(todo):
            answer = todo[number]
            number = number + 1
            for recipient in answer.recipients:
                try:
                    recipient.sendall(answer.lines)
                except OSError:
                    more = self.chat.leave(recipient, chatlab.tcp.limits.Reason.LOST)
                    for one in more:
                        todo.append(one)
                if answer.last:
                    try:
                        recipient.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass

    def close(self):
        if not self.was_started or self.stop_now:
            self.listener.close()
            return
        self.stop_now = True
        self.accept_thread.join()
        self.lock.acquire()
        self.send_answers(self.chat.close())
        self.lock.release()
        for client in list(self.all_clients):
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in list(self.all_threads):
            thread.join()
        self.listener.close()
