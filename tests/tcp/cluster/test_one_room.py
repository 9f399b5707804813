"""What members of many servers hear, played without a socket: the broker is late, loses, goes and comes."""

from __future__ import annotations

import random
import re

import pytest

from chatlab.room.events import Joined, Said
from chatlab.tcp.chat import READ_AHEAD
from chatlab.tcp.cluster.link import build_command
from chatlab.tcp.cluster.room.elsewhere import BEAT, SILENT, Elsewhere
from chatlab.tcp.limits import Limits, Reason
from tests.tcp.cluster.simulation import PretendedBroker, PretendedServer, two

WELCOME = ["NICK", "Connected to the server!"]
TAKEN = "NICK taken: that nickname, or one that looks like it"


def test_members_of_two_servers_hear_each_other_come_speak_and_go() -> None:
    broker, one, other = two()
    one.join("ada")
    other.join("bob")
    assert one.look("ada") == [*WELCOME, "bob joined the chat"]
    other.say("bob", "hé 🐍", "", "again")
    one.say("ada", "hi")
    broker.run()
    other.leave("bob")
    broker.run()
    assert one.look("ada") == ["bob: hé 🐍", "bob: again", "bob left the chat!"]
    assert other.look("bob") == [*WELCOME, "ada: hi"]


def test_nobody_hears_itself_and_nothing_comes_twice() -> None:
    broker, one, other = two()
    third = PretendedServer(broker, "three")
    one.join("ada", "bob")
    other.join("eve")
    third.join("joe")
    for server, member in ((one, "ada"), (one, "bob"), (other, "eve"), (third, "joe")):
        server.look(member)
    one.say("ada", "hello")
    broker.run()
    broker.wait(3 * BEAT)
    assert one.look("ada") == []
    assert [one.look("bob"), other.look("eve"), third.look("joe")] == [["ada: hello"]] * 3


def test_lines_are_counted_that_members_get_and_no_others() -> None:
    broker, one, other = two()
    one.join("ada", "bob")
    other.join("eve")
    before = one.chat.counts.sent, other.chat.counts.sent
    one.say("ada", "hello", "there")
    broker.run()
    assert (one.chat.counts.sent, other.chat.counts.sent) == (before[0] + 2, before[1] + 2)


def test_a_nickname_is_one_persons_on_all_servers() -> None:
    broker, one, other = two()
    one.join("ada")
    other.come("A", "Ada", "АDA", "eve")
    broker.run()
    assert other.look("A") == ["NICK", TAKEN, TAKEN, "Connected to the server!"]


def test_of_two_adas_at_the_same_moment_one_gets_in() -> None:
    broker, one, other = two()
    one.come("a", "ada", "I am")
    other.come("b", "ada", "bob")
    assert (one.look("a"), other.look("b")) == (["NICK"], ["NICK"])
    broker.run()
    assert other.look("b") == [TAKEN, "Connected to the server!", "ada: I am"]
    assert one.look("a") == ["Connected to the server!", "bob joined the chat"]


def test_of_two_on_one_server_that_want_the_same_nickname_the_first_gets_it() -> None:
    broker, one, _ = two()
    one.come("a", "ada")
    one.come("b", "ada")
    assert one.look("b") == ["NICK", TAKEN]
    broker.run()
    assert one.look("a") == WELCOME


def test_a_nickname_is_free_everywhere_once_its_owner_has_left() -> None:
    broker, one, other = two()
    one.join("ada")
    one.leave("ada")
    broker.run()
    other.join("ada")
    assert broker.store.entries.keys() == {"ada"}


@pytest.mark.parametrize("leave", [PretendedServer.leave, lambda s, m: s.deliver(s.chat.leave(m, Reason.LOST))])
def test_who_goes_while_it_waits_leaves_no_nickname_behind(leave: object) -> None:
    broker, one, other = two()
    broker.answers = False
    one.come("a", "ada")
    leave(one, "a")  # type: ignore[operator]
    broker.answers = True
    broker.run()
    assert broker.store.entries == {}
    other.join("ada")


def test_what_one_says_before_it_goes_is_said_though_the_broker_is_slow() -> None:
    broker, one, other = two()
    other.join("bob")
    other.look("bob")
    broker.answers = False
    one.come("a", "ada", "hello")
    one.say("a", "and goodbye")
    one.leave("a")
    assert (other.look("bob"), one.ended) == ([], [])
    broker.answers = True
    broker.run()
    assert other.look("bob") == ["ada joined the chat", "ada: hello", "ada: and goodbye", "ada left the chat!"]
    assert one.ended == ["a"]


def test_nobody_can_fill_the_memory_while_it_waits() -> None:
    broker, one, _ = two()
    broker.answers = False
    one.come("a", "ada", *["x" * 1000] * 16)
    assert "a" not in one.chat.paused
    one.say("a", "x" * 1000)
    assert "a" in one.chat.paused
    assert READ_AHEAD < 17 * 1001
    broker.answers = True
    broker.run()
    assert "a" not in one.chat.paused


def test_a_stranger_waits_no_longer_than_it_may_choose() -> None:
    broker, one, _ = two()
    broker.answers = False
    one.come("a", "ada")
    broker.wait(30)
    assert one.look("a")[-1] == "ERROR a nickname has to be chosen within 30 seconds"


def test_who_is_refused_too_often_is_out() -> None:
    broker, one, other = two()
    one.join("ada")
    limited = PretendedServer(broker, "three", Limits(nickname_tries=2))
    other.come("a", "bob")
    limited.come("b", "bob", "ada")
    broker.run()
    assert limited.look("b")[-1] == "ERROR 2 nicknames were refused"
    assert limited.ended == ["b"]


def test_a_server_that_is_full_is_so_for_who_has_waited_too() -> None:
    broker = PretendedBroker()
    one = PretendedServer(broker, "one", Limits(max_members=1))
    one.come("a", "ada")
    one.come("b", "bob")
    broker.run()
    assert one.look("b") == ["NICK", "NICK full: the room takes 1 members"]
    assert broker.store.entries.keys() == {"ada"}


def test_a_new_server_learns_at_once_who_is_there() -> None:
    broker, one, _ = two()
    one.join("ada")
    third = PretendedServer(broker, "three")
    third.come("a", "ada")
    assert third.look("a") == ["NICK", TAKEN]


def test_a_late_goodbye_takes_nobody_away_who_has_come_back_on_another_server() -> None:
    broker, one, other = two()
    third = PretendedServer(broker, "three")
    third.join("eve")
    one.join("ada")
    third.look("eve")
    broker.late = {"one"}
    one.leave("ada")
    broker.run()
    other.hear(build_command("here", "one"))  # this one has heard it already
    other.join("ada")
    assert third.look("eve") == ["ada left the chat!", "ada joined the chat"]
    broker.late = set()
    broker.run()
    assert third.look("eve") == []
    other.say("ada", "here I am")
    broker.run()
    assert third.look("eve") == ["ada: here I am"]


def test_what_is_lost_on_the_way_of_coming_and_going_is_told_later_once() -> None:
    broker, one, other = two()
    other.join("eve")
    one.join("ada", "bob")
    other.look("eve")
    one.leave("ada")
    one.come("c", "joe")
    one.settle()
    one.ask_for_more()
    broker.lose_all()
    broker.wait(BEAT)
    assert other.look("eve") == ["ada left the chat!", "joe joined the chat"]
    broker.wait(3 * BEAT)
    assert other.look("eve") == []


def test_who_speaks_is_there_though_its_coming_was_lost() -> None:
    broker, one, other = two()
    other.join("eve")
    one.come("a", "ada")
    one.settle()
    broker.lose_all()
    other.look("eve")
    one.say("a", "hello")
    broker.run()
    broker.wait(2 * BEAT)
    assert other.look("eve") == ["ada joined the chat", "ada: hello"]


def test_the_members_of_a_killed_server_leave_everywhere_once_and_their_names_are_free_within_10_s() -> None:
    broker, one, other = two()
    third = PretendedServer(broker, "three")
    one.join("ada", "bob")
    other.join("eve")
    third.join("joe")
    broker.wait(20)
    other.look("eve")
    third.look("joe")
    broker.kill("one")
    broker.wait(SILENT - BEAT - 0.5)
    assert other.look("eve") == []
    broker.wait(10 - SILENT + BEAT + 0.5)
    assert other.look("eve") == third.look("joe") == ["ada left the chat!", "bob left the chat!"]
    other.join("ada")
    third.join("bob")
    broker.wait(20)
    assert other.look("eve") == ["ada joined the chat", "bob joined the chat"]


def test_a_server_that_starts_after_one_was_killed_gives_it_its_time() -> None:
    broker, one, _ = two()
    one.join("ada")
    broker.kill("one")
    third = PretendedServer(broker, "three")
    third.come("a", "ada")
    broker.run()
    assert third.look("a") == ["NICK", TAKEN]
    broker.wait(SILENT)
    third.say("a", "ada")
    broker.run()
    assert third.look("a") == ["Connected to the server!"]


def test_a_server_that_closes_says_so() -> None:
    broker, one, other = two()
    one.join("ada")
    other.join("eve")
    other.look("eve")
    one.deliver(one.chat.close())
    assert one.look("ada")[-1] == "ERROR the room is closing"
    assert set(one.ended) == {"ada", "link"}
    one.names.free_all()  # what a bridge does when the link ends
    broker.publish("here", "one", b"")
    broker.run()
    assert other.look("eve") == ["ada left the chat!"]
    assert broker.store.entries.keys() == {"eve"}


def test_the_last_words_in_a_room_that_closes_are_heard_though_the_bridge_is_at_work() -> None:
    broker, one, other = two()
    one.join("ada")
    other.join("eve")
    other.look("eve")
    one.say("ada", "at once")
    one.say("ada", "my last words")
    one.deliver(one.chat.close())
    broker.run()
    assert other.look("eve") == ["ada: at once", "ada: my last words"]


def test_a_broker_that_is_gone_for_5_s_loses_no_member_and_says_nothing_twice() -> None:
    broker, one, other = two()
    one.join("ada", "bob")
    other.join("eve")
    for server, member in ((one, "ada"), (one, "bob"), (other, "eve")):
        server.look(member)
    broker.go()
    one.say("ada", "alone")
    one.leave("bob")
    one.join("joe")
    broker.wait(5)
    assert one.look("ada") == ["bob left the chat!", "joe joined the chat"]
    assert other.look("eve") == []
    broker.come_back()
    broker.wait(2 * BEAT)
    assert one.look("ada") == []
    assert other.look("eve") == ["bob left the chat!", "joe joined the chat"]
    one.say("ada", "together")
    broker.run()
    assert other.look("eve") == ["ada: together"]
    for server in (one, other):
        lines = [line for line in server.log if "broker" in line]
        assert [line.split(":")[0] for line in lines] == [
            "the broker is there",
            "the broker is gone",
            "the broker is there",
        ]


def test_a_broker_that_is_gone_for_long_makes_nobody_leave() -> None:
    broker, one, other = two()
    one.join("ada")
    other.join("eve")
    other.look("eve")
    broker.go()
    broker.wait(10 * SILENT)
    broker.come_back()
    broker.wait(BEAT)
    assert other.look("eve") == []


def test_a_server_that_is_slower_to_find_the_broker_again_is_waited_for() -> None:
    broker, one, other = two()
    one.join("ada")
    other.join("eve")
    other.look("eve")
    broker.go()
    broker.wait(2 * SILENT)
    broker.is_up = True
    other.connect()
    broker.wait(SILENT - 1)
    one.connect()
    broker.wait(BEAT)
    assert other.look("eve") == []


def test_who_said_much_while_it_waited_and_is_refused_is_read_from_again() -> None:
    broker, _, other = two()
    patient = PretendedServer(broker, "three", Limits(nickname_tries=100))
    other.come("b", "ada")
    patient.come("a", "ada", *["x" * 1000] * 17)
    assert "a" in patient.chat.paused
    broker.run()
    assert patient.chat.paused == set()
    assert patient.ended == []


def test_who_waits_when_the_broker_goes_is_let_in() -> None:
    broker, one, _ = two()
    broker.answers = False
    one.come("a", "ada", "hello")
    broker.go()
    assert one.look("a") == WELCOME
    broker.answers = True
    broker.come_back()
    assert broker.store.entries["ada"].server == "one"


def test_who_is_elsewhere_when_the_broker_goes_keeps_its_nickname() -> None:
    broker, one, other = two()
    one.join("ada")
    broker.go()
    other.come("a", "ada")
    assert other.look("a") == ["NICK", TAKEN]


def test_of_two_who_took_the_same_nickname_meanwhile_the_first_server_to_ask_keeps_it() -> None:
    broker, one, other = two()
    one.join("bob")
    other.join("eve")
    broker.go()
    one.join("ada")
    other.join("ada")
    for server, member in ((one, "bob"), (one, "ada"), (other, "eve"), (other, "ada")):
        server.look(member)
    broker.come_back()
    broker.wait(3 * BEAT)
    assert other.look("ada") == [
        "ERROR somebody else in the room got your nickname while its servers were apart: choose another"
    ]
    assert other.ended == ["ada"]
    assert other.look("eve") == ["ada left the chat!", "ada joined the chat"]
    assert (one.look("bob"), one.look("ada")) == ([], [])
    one.say("ada", "it is me")
    broker.run()
    assert other.look("eve") == ["ada: it is me"]


def test_a_server_that_stood_still_asks_for_its_nicknames_again_and_takes_nobody_for_gone() -> None:
    broker, one, other = two()
    one.join("ada")
    other.join("eve")
    other.look("eve")
    frozen = broker.servers.pop("one")
    broker.wait(2 * SILENT)
    assert other.look("eve") == ["ada left the chat!"]
    other.join("ada")
    other.look("eve")
    broker.servers["one"] = frozen
    one.look("ada")
    broker.wait(2 * BEAT)
    assert one.ended == ["ada"]
    assert "eve left the chat!" not in one.look("ada")
    assert other.look("eve") == []
    assert broker.store.entries["ada"].server == "two"


def test_a_server_that_lags_takes_no_nickname_from_another_ones_member() -> None:
    elsewhere = Elsewhere(lambda nickname: False)
    elsewhere.hear("one", Joined("ada"), 0)
    assert elsewhere.hear_all("two", ["ADA", "bob"], 0) == [Joined("bob")]
    assert elsewhere.hear_all("one", ["ada"], 0) == []
    assert elsewhere.nicknames == ("ada", "bob")
    assert elsewhere.hear("two", Said("eve", "hi"), 0) == [Joined("eve"), Said("eve", "hi")]


def test_the_link_is_never_too_slow() -> None:
    _, one, _ = two()
    assert one.chat.leave("link", Reason.SLOW) == []
    one.join("ada")


def test_nobody_hears_of_the_others_when_the_link_is_lost() -> None:
    broker, one, other = two()
    one.join("ada")
    other.join("eve")
    assert other.chat.leave("link", Reason.LOST) == []
    broker.kill("two")
    other.come("a", "ada")  # it waits: a room without a bridge fails at once
    assert other.look("a") == ["NICK"]


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_what_each_member_hears_makes_sense(seed: int) -> None:
    """Nobody comes who is there, or speaks or goes who is not; at the end all servers know the same."""
    choose = random.Random(seed)
    broker = PretendedBroker()
    servers = [PretendedServer(broker, name) for name in ("one", "two", "three")]
    watchers = {server: f"watcher-{server.name}" for server in servers}
    for server, watcher in watchers.items():
        server.join(watcher)
    for server, watcher in watchers.items():
        server.look(watcher)
    for number in range(200):
        play(broker, choose.choice(servers), number, choose)
        if choose.randrange(2):
            broker.run()
    broker.late = set()
    if not broker.is_up:
        broker.come_back()
    broker.run()
    broker.wait(3 * BEAT)
    everybody = [nickname for server in servers for nickname in server.chat.room.nicknames]
    assert len(set(everybody)) == len(everybody), f"seed {seed}"
    for server, watcher in watchers.items():
        before = set(watchers.values()) - {watcher}
        assert here_after(server.look(watcher), before) == set(everybody) - {watcher}, f"seed {seed}"


def play(broker: PretendedBroker, server: PretendedServer, number: int, choose: random.Random) -> None:
    """Something happens."""
    others = [member for member in server.chat.room.members if not member.startswith("watcher")]
    match choose.randrange(12):
        case 0 | 1 | 2:
            server.come(f"{number}", choose.choice("abcdef"))
        case 3 | 4 | 5 | 6 if others:
            server.say(choose.choice(others), f"{number}")
        case 7 | 8 if others:
            server.leave(choose.choice(others))
        case 9:
            broker.wait(choose.choice((0.5, 2)))
        case 10:
            broker.late = set() if broker.late else {server.name}
        case 11:
            broker.go() if broker.is_up else broker.come_back()


def here_after(lines: list[str], here: set[str]) -> set[str]:
    """Who is here after `lines` to one member. Fails if they make no sense."""
    spoken: dict[str, int] = {}
    for line in lines:
        name, what = re.split(r"[ :]+", line, maxsplit=1)
        assert (name in here) is (what != "joined the chat"), lines
        match what:
            case "joined the chat":
                here.add(name)
            case "left the chat!":
                here.remove(name)
            case number:
                assert int(number) > spoken.get(name, -1), lines
                spoken[name] = int(number)
    return here
