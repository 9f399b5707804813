"""When a bridge hears what, without one."""

from __future__ import annotations

from chatlab.tcp.cluster.link import build_command
from chatlab.tcp.cluster.room.link_end import LinkEnd
from chatlab.tcp.delivery import Delivery

ONE, TWO, THREE = (Delivery(line, ("ada",)) for line in (b"bob: 1\n", b"bob: 2\n", b"eve: 3\n"))
FREE = build_command("free", "7")


def to_bridge(lines: bytes) -> list[Delivery[str]]:
    return [Delivery(lines, ("bridge",))]


def test_a_busy_room_wakes_the_bridge_no_more_often_than_it_asks() -> None:
    link = LinkEnd("bridge")
    assert link.pass_on(ONE) == Delivery(ONE.lines, ("ada", "bridge"))
    assert not link.listens
    link.waiting += [TWO.lines, THREE.lines]
    assert link.go_on() == to_bridge(TWO.lines + THREE.lines)
    assert not link.listens
    link.waiting.append(ONE.lines)
    assert link.go_on() == to_bridge(ONE.lines)
    assert link.go_on() == []
    assert link.listens
    assert link.pass_on(TWO) == Delivery(TWO.lines, ("ada", "bridge"))


def test_a_command_goes_at_once_behind_what_was_said_before_it() -> None:
    link = LinkEnd("bridge")
    assert link.tell("free", "7") == to_bridge(FREE)
    link.pass_on(ONE)
    link.waiting.append(TWO.lines)
    assert link.tell("free", "7") == to_bridge(TWO.lines + FREE)
    assert link.tell("free", "7") == to_bridge(FREE)
    assert not link.listens, "it is at work still"
    link.waiting.append(THREE.lines)
    assert link.say_all() == to_bridge(THREE.lines)
    assert link.say_all() == []


def test_where_there_is_no_bridge_nothing_is_told_and_nothing_waits() -> None:
    link: LinkEnd[str] = LinkEnd()
    assert link.pass_on(ONE) == ONE
    assert link.listens
    assert link.tell("free", "7") == link.go_on() == link.say_all() == []
