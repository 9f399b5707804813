"""The message ladder: its text twin, and its picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace

from chatlab.trace import Trace
from chatlab.trace.picture.colours import CARD, DARK, LIGHT
from chatlab.trace.picture.ladder import SHOWN
from chatlab.trace.picture.layout import lay_out
from chatlab.trace.picture.svg import draw
from chatlab.trace.records import Step

from .scripts import PARTIES, Script, storm

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert(1)</script>&"\x00\x1b[31m\u202e\uffff]]>'


def test_the_text_twin() -> None:
    script = (
        Script().carried("ada", "room", b"hi", 0).carried("room", "ada", b"ada: hi").carried("room", "bob", b"x", 2.5)
    )
    script.carried("bob", "room", b"y", 0, 0)
    assert str(script.trace).splitlines() == [
        "Messages between ada, room and bob:",
        "  1  ada  -> room  hi",
        "  2  room -> ada   ada: hi  lost",
        "  3  room -> bob   x        late, arrives after 4",
        "  4  bob  -> room  y",
        "  4  bob  -> room  y        again",
    ]


def test_the_same_talk_gives_the_same_picture_at_any_pace() -> None:
    slow = storm(4, 30, seed=1)
    fast = Trace()
    for name, address in PARTIES.items():
        fast.name(address, name)
    for record in slow.trace.snapshot().records:
        delays = tuple(delay / 1000 for delay in record.delays)
        fast.add(replace(record, time=record.time / 1000, delays=delays))
    assert str(fast) == str(slow.trace)
    assert draw(fast.ladder) == draw(slow.ladder)
    assert draw(storm(4, 30, seed=2).ladder) != draw(slow.ladder)


def test_a_cell_shows_the_picture_with_its_text_twin() -> None:
    script = Script().sent("ada", "room", b"hi")
    bundle = script.trace._repr_mimebundle_()
    assert bundle["text/plain"] == str(script.trace)
    picture = ET.fromstring(bundle["image/svg+xml"])
    assert picture.findtext(f"{SVG}desc") == str(script.trace)
    assert picture.findtext(f"{SVG}title") == "Messages between ada and room"
    assert "var(" not in bundle["image/svg+xml"]


def test_a_stored_picture_has_a_dark_colour_for_each_light_one() -> None:
    picture = draw(storm(3, 40, seed=1).ladder)
    used = set(re.findall(r' (?:fill|stroke)="(#[0-9a-f]{6})"', picture))
    assert {LIGHT["ground"], LIGHT["ink"], LIGHT["lost"], LIGHT["late"], LIGHT["again"]} <= used <= set(LIGHT.values())
    style = ET.fromstring(picture).findtext(f"{SVG}style") or ""
    assert style.startswith("@media (prefers-color-scheme: dark)")
    for use, light in LIGHT.items():
        assert f'.{CARD} [fill="{light}"]{{fill:{DARK[use]}}}' in style
        assert f'.{CARD} [stroke="{light}"]{{stroke:{DARK[use]}}}' in style
    assert len(set(LIGHT.values())) == len(LIGHT)
    assert "<style>" not in draw(storm(3, 40, seed=1).ladder, live=True)


def test_what_strangers_say_is_text_and_the_picture_stays_well_formed() -> None:
    for live in (False, True):
        picture = draw(Script().sent("ada", "room", HOSTILE.encode()).ladder, live=live)
        tags = {element.tag for element in ET.fromstring(picture).iter()}
        assert f"{SVG}script" not in tags
        assert '<script>alert(1)</script>&"\\x00\\x1b[31m\\u2…' in texts(picture)


def texts(picture: str) -> Iterator[str]:
    for element in ET.fromstring(picture).iter(f"{SVG}text"):
        yield element.text or ""


def test_the_picture_marks_what_is_lost_late_and_repeated() -> None:
    script = Script().carried("ada", "room", b"1").carried("ada", "room", b"2", 1.5).carried("ada", "room", b"3", 0, 0)
    shown = list(texts(draw(script.ladder)))
    assert {"lost", "late", "again", "1", "2", "3"} <= set(shown)
    assert "late +1500 ms" in texts(draw(script.ladder, live=True))


def test_the_picture_and_its_text_say_that_nobody_was_there() -> None:
    script = Script().sent("ada", "room", b"hi").add(Step.RESET, "room", "ada")
    for live in (False, True):
        assert "nobody there" in texts(draw(script.ladder, live=live))
    assert script.rows == ["1 ada -> room hi nobody there"]
    assert LIGHT["lost"] in draw(script.ladder)


def test_an_overtaken_row_crosses_the_one_that_overtook_it() -> None:
    script = Script().carried("ada", "room", b"1", 1.5).carried("ada", "room", b"2", 0)
    first, second = (drawn for drawn in lay_out(script.ladder).rows)
    assert first.y1 < second.y1
    assert first.y2 > second.y2


def test_rows_that_come_in_order_do_not_cross() -> None:
    script = Script().carried("ada", "room", b"1", 1.5).carried("ada", "room", b"2", 1.5)
    first, second = (drawn for drawn in lay_out(script.ladder).rows)
    assert first.y1 < second.y1
    assert first.y2 < second.y2


def test_the_random_session_of_a_reliable_room_is_not_in_the_picture() -> None:
    script = Script().carried("ada", "room", b"MSG_TAG:0123abcd 7 hi", 0)
    script.carried("room", "ada", b"ACK_TAG:0123abcd 7", 0)
    assert script.rows == ["1 ada -> room MSG_TAG:7 hi", "2 room -> ada ACK_TAG:7"]


def test_a_long_talk_shows_its_newest_messages() -> None:
    script = Script()
    for number in range(SHOWN + 5):
        script.sent("ada", "room", b"%d" % number)
    rows = script.rows
    assert rows[0] == "(5 earlier)"
    assert (rows[1], rows[-1]) == ("6 ada -> room 5", f"{SHOWN + 5} ada -> room {SHOWN + 4}")


def test_a_talk_of_one_party_with_itself() -> None:
    assert str(Script().carried("ada", "ada", b"hi", 0).trace).splitlines()[0] == "Messages of ada:"


def test_an_empty_trace_says_so() -> None:
    trace = Trace()
    assert str(trace) == "nothing has crossed the wire yet"
    ET.fromstring(trace._repr_mimebundle_()["image/svg+xml"])
    assert repr(trace) == "<trace of 0 messages>"
