"""The web page of a TCP room in a real browser: on a desktop and on a phone, beside `nc` and the terminal client."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chatlab.tcp.server import TcpServer
from chatlab.web.gateway import WebGateway
from tests.programs import LIMIT, Program

from .jupyterlab_driver import SECONDS, expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 700}
DESKTOP: ViewportSize = {"width": 1280, "height": 720}


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("textbox").press("Enter")


def join(page: Page, gateway: WebGateway, nickname: str) -> None:
    page.goto(gateway.url)
    expect(page.get_by_label("Your nickname")).to_be_visible()
    say(page, nickname)
    expect(page.get_by_role("status")).to_have_text(f"In the room as {nickname}")


def said(page: Page) -> list[str]:
    return page.get_by_role("log").locator("p").all_inner_texts()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_talks_in_one_room(browser: Browser, scheme: str, screenshots: Path) -> None:
    with TcpServer(port=0) as room, WebGateway(room) as gateway:
        phone = browser.new_page(viewport=PHONE, color_scheme=scheme, has_touch=True)  # type: ignore[arg-type]
        desktop = browser.new_page(viewport=DESKTOP, color_scheme=scheme)  # type: ignore[arg-type]
        errors: list[str] = []
        for page in (phone, desktop):
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
        join(phone, gateway, "phone")
        join(desktop, gateway, "desk")
        client = ("-m", "chatlab.tcp.client", "--port", str(room.address[1]), "--nick", "ada")
        with Program(*client) as ada, socket.create_connection(room.address[:2], LIMIT) as nc:
            ada.wait_for_line("ada joined!")
            nc.sendall(b"netcat\nI am but a line of bytes\n")
            ada.wait_for_line("netcat: I am but a line of bytes")
            ada.type("<b>No markup</b> & " + "a_very_long_word" * 8 + "\n")
            say(phone, "Grüße vom Telefon 🙂")
            ada.wait_for_line("phone: Grüße vom Telefon 🙂")
            for page in (phone, desktop):
                expect(page.get_by_text("netcat: I am but a line of bytes")).to_be_visible()
                expect(page.get_by_text("ada: <b>No markup</b> & a_very_long_word")).to_be_visible()
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            expect(desktop.get_by_text("phone: Grüße vom Telefon 🙂")).to_be_visible()
            for name, page in (("phone", phone), ("desktop", desktop)):
                page.screenshot(path=screenshots / f"web-{name}-{scheme}.png")
            button = phone.get_by_role("button", name="Send").bounding_box()
            assert button
            assert button["height"] >= 44  # a finger's width
        assert errors == []
        phone.close()
        desktop.close()


def test_a_refused_nickname_is_asked_for_again_and_a_room_that_has_gone_is_waited_for(
    browser: Browser, screenshots: Path
) -> None:
    with TcpServer(port=0) as room, WebGateway(room) as gateway:
        page, other = browser.new_page(viewport=PHONE), browser.new_page(viewport=PHONE)
        join(other, gateway, "ada")
        page.goto(gateway.url)
        expect(page.get_by_label("Your nickname")).to_be_visible()
        say(page, "ada")
        expect(page.get_by_role("alert")).to_contain_text("taken")
        page.screenshot(path=screenshots / "web-refused.png")
        say(page, "bob")
        expect(page.get_by_role("status")).to_have_text("In the room as bob")
        expect(page.get_by_role("alert")).to_have_text("")

        room.close()
        expect(page.get_by_role("status")).to_contain_text("next try in")
        what_to_do = f"No room: nobody answers at 127.0.0.1:{room.address[1]}. Start it: python -m chatlab.tcp.server"
        expect(page.get_by_role("status")).to_contain_text(what_to_do)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=screenshots / "web-no-room.png")
        expect(page.get_by_text("The room has gone.")).to_be_visible()
        say(page, "Is anybody there?")
        expect(page.get_by_role("alert")).to_have_text("Kept until you are in the room again")
        page.screenshot(path=screenshots / "web-gone.png")
        other.close()
        room.start()
        expect(page.get_by_role("status")).to_have_text("In the room as bob", timeout=20 * SECONDS)
        assert said(page)[-1] == "Is anybody there?"
        say(page, "x" * 1024)
        expect(page.get_by_role("alert")).to_have_text("That is too long: say it in pieces")
        page.close()
