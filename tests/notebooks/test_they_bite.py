"""The notebooks notice when chatlab does not do what they say: one line is broken at a time, and the lesson goes red.

That an unbroken copy is green is what test_notebooks.py sees. No broken line is one that its lesson shows
from the source: that its text has changed would be no proof.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.notebooks.comparing import COURSE, compare, copy_course

CELL_SECONDS = 10  # for a cell that waits for what never comes


class Break(NamedTuple):
    """`line`, which stands once in chatlab's `file`, becomes `broken`, and the notebook `lesson` is to notice."""

    what: str
    lesson: str
    file: str
    line: str
    broken: str


BREAKS = [
    Break(
        "nobody is told that they came in",
        "00_start_here",
        "udp/member.py",
        "Outcome((joined,) if came_in else ())",
        "Outcome()",
    ),
    Break(
        "a received datagram is drawn as a sent one",
        "01_datagrams",
        "trace/watch/socket_end.py",
        "(local, peer) if is_ours else (peer, local)",
        "(local, peer)",
    ),
    Break("another tag", "02_a_protocol", "udp/protocol.py", '"SIGNUP_TAG:"', '"SIGNIN_TAG:"'),
    Break("a text may be two lines", "02_a_protocol", "room/text.py", '"[\\x00-\\x1f', '"[\\x00-\\x09'),
    Break(
        "a text that looks like a command goes out as it is",
        "02_a_protocol",
        "udp/protocol.py",
        "return plain if unchanged else",
        "return plain if True else",
    ),
    Break(
        "a stranger hears nothing at all",
        "02_a_protocol",
        "udp/protocol.py",
        "if len(refusal) >= len(REFUSED)",
        "if False",
    ),
    Break("no echo to the speaker", "03_the_room", "udp/leased_room.py", "echo=True", "echo=False"),
    Break(
        "the name is believed",
        "03_the_room",
        "udp/chat.py",
        "text = clean(strip_claim(request.text, self.room.nickname(address)))",
        'text = clean(request.text.partition(": ")[2] or request.text)',
    ),
    Break(
        "look-alike letters are others",
        "03_the_room",
        "room/nicknames.py",
        "decomposed.translate(_prototypes())",
        "decomposed",
    ),
    Break(
        "a goodbye is lost",
        "03_the_room",
        "room/room.py",
        "Announcement(Left(nickname), self.members)",
        "Announcement(Left(nickname), ())",
    ),
    Break(
        "a repeated sign-up is told to everybody",
        "03_the_room",
        "udp/chat.py",
        "to_one(address, build_answer(Joined(nickname)))",
        "[Delivery(build_answer(Joined(nickname)), self.room.members)]",
    ),
    Break("no sign of life counts", "03_the_room", "udp/chat.py", "        lease.heard_at = now\n", ""),
    Break(
        "a thread that does not look at its flag",
        "04_threads_and_a_queue",
        "udp/sockets/receiving_socket.py",
        "while not self._woken:\n            for datagram",
        "while True:\n            for datagram",
    ),
    Break(
        "a lost sign-up is not sent again",
        "06_the_udp_client",
        "udp/member.py",
        "            if now >= self._asked_at + RETRY:\n",
        "            if False:\n",
    ),
    Break(
        "a client leaves without a goodbye",
        "06_the_udp_client",
        "udp/member.py",
        "datagrams=(build_sign_out(),) if known_to_the_room else ()",
        "datagrams=()",
    ),
    Break(
        "a weather that ignores its seed",
        "07_a_bad_network",
        "weather/fate.py",
        'random.Random(f"{seed} {client} {direction.name}").random',
        "random.Random().random",
    ),
    Break(
        "what comes twice comes once",
        "07_a_bad_network",
        "weather/relay.py",
        "for delay in fate.delays:",
        "for delay in fate.delays[:1]:",
    ),
    Break(
        "a sender that does not wait",
        "08_reliable_delivery",
        "udp/reliable/stop_and_wait.py",
        "return self._transmit(now) if len(self._outbox) == 1 else None",
        "return self._transmit(now)",
    ),
    Break(
        "a picture that is not to scale", "08_reliable_delivery", "trace/trace.py", "axis=self.axis)", 'axis="events")'
    ),
    Break(
        "a sender that never gives up",
        "08_reliable_delivery",
        "udp/reliable/stop_and_wait.py",
        "if self._tries >= self._timing.tries:",
        "if False:",
    ),
    Break(
        "what is behind the last newline is thrown away",
        "09_a_stream_of_bytes",
        "tcp/framing.py",
        "del buffer[:start]",
        "del buffer[:]",
    ),
    Break(
        "an empty line is no message",
        "09_a_stream_of_bytes",
        "tcp/framing.py",
        'lines.append(bytes(buffer[start:end]).removesuffix(b"\\r"))',
        "lines += [bytes(buffer[start:end])] if end > start else []",
    ),
    Break(
        "a relay that does not cut",
        "09_a_stream_of_bytes",
        "tcp/weather/pieces.py",
        "self._random.randint(1, weather.piece) if weather.piece else len(data)",
        "len(data)",
    ),
    Break(
        "a relay that loses a byte",
        "09_a_stream_of_bytes",
        "tcp/weather/pieces.py",
        "            data = data[size:]\n",
        "            data = data[size + 1 :]\n",
    ),
    Break(
        "what was received is drawn as it was sent",
        "09_a_stream_of_bytes",
        "trace/stream/streams.py",
        "received.touching(first, known.end) if watched[1]",
        "sent.touching(first, known.end) if watched[1]",
    ),
    Break(
        "a message that ends with a blank",
        "09_a_stream_of_bytes",
        "trace/stream/stream.py",
        'rb"[^\\n]*\\n|[^\\n]+"',
        'rb"[^ ]* |[^ ]+"',
    ),
    Break(
        "a room that lets nobody choose a name",
        "09_a_stream_of_bytes",
        "tcp/protocol.py",
        'line = f"{NICK} {reason}".rstrip()',
        'line = f"{ERROR} {reason}".rstrip()',
    ),
    Break(
        "a stranger may be silent for ever",
        "10_connections",
        "tcp/chat.py",
        "while self._strangers and self._states[stranger := next(iter(self._strangers))].choose_by <= now:",
        "while False:",
    ),
    Break(
        "a nickname is refused without a reason",
        "10_connections",
        "tcp/chat.py",
        "return [self._delivery([Choose(why)], (connection,))]",
        "return [self._delivery([Choose()], (connection,))]",
    ),
    Break(
        "what is said behind the nickname is lost",
        "10_connections",
        "tcp/chat.py",
        "            if state.bucket:\n",
        "            if state.bucket and data:\n",
    ),
    Break(
        "two people may look alike",
        "10_connections",
        "room/nicknames.py",
        "return frozenset(_skeleton(form).casefold() for form in (nickname, nickname.casefold()))",
        "return frozenset([nickname])",
    ),
    Break(
        "a SYN takes no number",
        "10_connections",
        "trace/captured.py",
        "self._first[way] = segment.seq\n",
        "self._first[way] = segment.seq + 1\n",
    ),
    Break(
        "threads that take turns wait for nobody",
        "11_many_clients",
        "service/turns.py",
        "for _ in range(round(self.patience / PIECE)):",
        "for _ in range(0):",
    ),
    Break(
        "a lock that two may hold",
        "11_many_clients",
        "service/turns.py",
        "if not self._lock.acquire(timeout=self.limit):",
        "if self._lock.acquire(blocking=False) is None:",
    ),
    Break(
        "an error of a thread is lost",
        "11_many_clients",
        "service/turns.py",
        "self.errors[me.name] = error",
        "pass",
    ),
    Break(
        "a stack that is read from the wrong end",
        "11_many_clients",
        "service/turns.py",
        "reversed(list(walk_stack(frames[thread.ident])))",
        "list(walk_stack(frames[thread.ident]))",
    ),
    Break(
        "a thread whose name says nothing",
        "11_many_clients",
        "tcp/models/threads.py",
        'f"tcp-write-{port}"',
        'f"thread-{port}"',
    ),
    Break(
        "a reset that is none",
        "11_many_clients",
        "tcp/weather/connection.py",
        '"hh" if sys.platform == "win32" else "ii", 1, 0',
        '"hh" if sys.platform == "win32" else "ii", 0, 0',
    ),
    Break(
        "a plug that is pulled is told as an end",
        "12_goodbyes",
        "tcp/weather/connection.py",
        "        elif trouble is Trouble.STALL:\n            self._passable.clear()\n",
        "",
    ),
    Break(
        "the cable that is back brings nothing",
        "12_goodbyes",
        "tcp/weather/connection.py",
        "        if trouble is Trouble.NONE:\n            self._passable.set()\n",
        "        if trouble is Trouble.NONE:\n            pass\n",
    ),
    Break(
        "the numbers of a capture begin anywhere",
        "12_goodbyes",
        "trace/captured.py",
        "segment.seq - self._first.setdefault(way, 0)",
        "segment.seq - 0 * self._first.setdefault(way, 0)",
    ),
    Break(
        "a reset in a capture is drawn as an end",
        "12_goodbyes",
        "trace/captured.py",
        'TH_RST: "RST"',
        'TH_RST: "FIN"',
    ),
    Break(
        "a room that asks its silent members for the first time after two hours",
        "12_goodbyes",
        "tcp/sockets.py",
        "IDLE, ASK_AGAIN, ASK_TIMES = 60, 10, 5",
        "IDLE, ASK_AGAIN, ASK_TIMES = 7200, 10, 5",
    ),
    Break(
        "a room that never asks its silent members",
        "12_goodbyes",
        "tcp/sockets.py",
        '_set(sock, socket.SOL_SOCKET, "SO_KEEPALIVE", 1)',
        '_set(sock, socket.SOL_SOCKET, "SO_KEEPALIVE", 0)',
    ),
    Break(
        "a room that can't start again on its port while old connections are remembered",
        "12_goodbyes",
        "service/resolve.py",
        "socket.SO_REUSEADDR, 1)",
        "socket.SO_REUSEADDR, 0)",
    ),
    Break(
        "a room that waits for each reader",
        "13_slow_readers",
        "tcp/models/selectors_peer.py",
        "sock.setblocking(False)",
        "sock.setblocking(True)",
    ),
    Break(
        "nobody is put out, however much waits",
        "13_slow_readers",
        "tcp/models/selectors.py",
        "if peer.send(pieces) > self._chat.limits.max_outbox:",
        "if peer.send(pieces) < 0:",
    ),
    Break("an outbox counts lines", "13_slow_readers", "tcp/outbox.py", "self.size += len(lines)", "self.size += 1"),
    Break(
        "large buffers where small ones are wanted",
        "13_slow_readers",
        "tcp/server.py",
        "if self.send_buffer:",
        "if not self.send_buffer:",
    ),
    Break(
        "a silence that is not told",
        "13_slow_readers",
        "bench/stuck_reader.py",
        "return Waits(number, longest, time.perf_counter() - began)",
        "return Waits(number, longest, 0.0)",
    ),
    Break(
        "nothing is lost in a tunnel",
        "14_the_tcp_chatroom",
        "weather/fate.py",
        "if loss < conditions.loss:",
        "if loss > 1:",
    ),
    Break(
        "a stall that never ends",
        "14_the_tcp_chatroom",
        "tcp/weather/connection.py",
        "if trouble is Trouble.NONE:\n            self._passable.set()",
        "if trouble is Trouble.NONE:\n            pass",
    ),
    Break(
        "a speaker's words come back",
        "14_the_tcp_chatroom",
        "tcp/chat.py",
        "Room(limits.max_members, echo=False)",
        "Room(limits.max_members, echo=True)",
    ),
    Break(
        "a carriage return belongs to the text",
        "14_the_tcp_chatroom",
        "tcp/framing.py",
        'bytes(buffer[start:end]).removesuffix(b"\\r")',
        "bytes(buffer[start:end])",
    ),
    Break(
        "another welcome",
        "14_the_tcp_chatroom",
        "tcp/protocol.py",
        'WELCOME = "Connected to the server!"',
        'WELCOME = "Connected to a server!"',
    ),
    Break("a carriage return stays", "15_the_bug_hunt", "tcp/framing.py", '.removesuffix(b"\\r")', ""),
    Break("a case is not asked for", "15_the_bug_hunt", "conformance/tcp/__init__.py", '"no echo",', ""),
    Break("nine nicknames fewer", "15_the_bug_hunt", "conformance/tcp/handshake.py", "TRIES = 10", "TRIES = 1"),
    Break("an end is drawn in other words", "15_the_bug_hunt", "trace/picture/row.py", '"says no more"', '"goes"'),
    Break("another exercise is tried out", "15_the_bug_hunt", "own/own_tcp_room.py", '"ex15"', '"ex11"'),
    Break("nobody is asked for a nickname", "16_one_thread", "tcp/chat.py", "[Choose()]", "[]"),
    Break(
        "nobody is told of a newcomer",
        "16_one_thread",
        "tcp/chat.py",
        "self._delivery([joined.event], joined.hearers)",
        "self._delivery([joined.event], ())",
    ),
    Break(
        "the fewest clients are not measured", "16_one_thread", "bench/models/measure.py", "in sizes:", "in sizes[1:]:"
    ),
    Break("who is in is not logged", "16_one_thread", "tcp/chat.py", "joined from {shown", "came from {shown"),
    Break(
        "a cookie is good for any address",
        "17_trust_no_one",
        "udp/address_cookie.py",
        'f"{address} {span}"',
        'f"{span}"',
    ),
    Break(
        "a cookie is good for ever", "17_trust_no_one", "udp/address_cookie.py", 'f"{address} {span}"', 'f"{address}"'
    ),
    Break(
        "nobody has to show a cookie",
        "17_trust_no_one",
        "udp/leased_room.py",
        "if self._proof is None or self._proof.holds(sign_up.token, address, now):",
        "if True:",
    ),
    Break(
        "letters that look alike are others",
        "17_trust_no_one",
        "room/nicknames.py",
        "decomposed.translate(_prototypes())",
        "decomposed",
    ),
    Break("a text may paint", "17_trust_no_one", "room/text.py", '_UNSAFE.sub("", text)', "text"),
    Break(
        "a web page may post",
        "17_trust_no_one",
        "tcp/foreign.py",
        're.compile(rb"[A-Z]+ \\S+ [A-Z]+/[0-9]"), "a web server"',
        're.compile(rb"GIT "), "a web server"',
    ),
    Break(
        "a member may say any number of lines",
        "17_trust_no_one",
        "udp/chat.py",
        "if not lease.bucket.take(now):",
        "if False:",
    ),
    Break(
        "each line of a flood is refused",
        "17_trust_no_one",
        "udp/leases.py",
        "if now - self.refused_at < REFUSAL_INTERVAL:",
        "if False:",
    ),
    Break(
        "a certificate is good for any name",
        "17_trust_no_one",
        "tcp/tls/socket.py",
        "        stream = TlsStream(context, host)\n",
        "        context.check_hostname = False\n        stream = TlsStream(context, host)\n",
    ),
    Break(
        "nobody asks who has signed",
        "17_trust_no_one",
        "tcp/tls/socket.py",
        "        stream = TlsStream(context, host)\n",
        "        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE\n"
        "        stream = TlsStream(context, host)\n",
    ),
    Break(
        "another name and an unknown authority have the same sentence",
        "17_trust_no_one",
        "tcp/tls/distrust.py",
        "64: _REASONS[62]",
        "64: _UNKNOWN",
    ),
    Break(
        "a room that reads from who floods it",
        "17_trust_no_one",
        "tcp/chat.py",
        "            self.paused.add(connection)\n",
        "            pass\n",
    ),
    Break(
        "a line costs two deliveries",
        "18_many_servers",
        "tcp/cluster/cost.py",
        "delivered = said * others",
        "delivered = said * others * 2",
    ),
    Break(
        "the broker brings what is said to one server more",
        "18_many_servers",
        "tcp/cluster/cost.py",
        "reach = min(servers, others + 1) - 1",
        "reach = min(servers, others + 1)",
    ),
    Break(
        "on two servers, nicknames that look alike are two",
        "18_many_servers",
        "room/nicknames.py",
        "_skeleton(form).casefold() for form in (nickname, nickname.casefold())",
        "_skeleton(form) for form in (nickname,)",
    ),
    Break(
        "a killed server's members stay",
        "18_many_servers",
        "tcp/cluster/room/elsewhere.py",
        "if now - server.heard_at >= SILENT:",
        "if False:",
    ),
    Break(
        "what is said stays on its server",
        "18_many_servers",
        "tcp/cluster/bridge.py",
        'await end.publish("said", piece)',
        "pass",
    ),
]


LESSONS = sorted({broken.lesson for broken in BREAKS})


def test_each_line_to_break_stands_once() -> None:
    sources = {
        file: (COURSE / "chatlab" / file).read_text(encoding="utf-8") for file in {broken.file for broken in BREAKS}
    }
    assert [broken for broken in BREAKS if sources[broken.file].count(broken.line) != 1] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_broken_line_turns_the_lesson_red(lesson: str, tmp_path: Path) -> None:
    breaks = {tmp_path / str(number): broken for number, broken in enumerate(BREAKS) if broken.lesson == lesson}
    for course, broken in breaks.items():
        copy_course(course)
        file = course / "chatlab" / broken.file
        source = file.read_text(encoding="utf-8")
        file.write_text(source.replace(broken.line, broken.broken), encoding="utf-8")
    run = compare(list(breaks), f"{lesson}.ipynb", CELL_SECONDS)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    red = set(re.findall(r"^FAILED .*?(\d+)/notebooks/\S+\.ipynb::Cell \d+", run.stdout, re.MULTILINE))
    missed = [broken.what for course, broken in breaks.items() if course.name not in red]
    assert missed == [], run.stdout + run.stderr
