"""A TCP room's web page, from a panel: whom it lets in, its address, a QR code of that, and how many browsers are in.

The button and the choice start and stop a `WebGateway` (on whatever thread the kernel handles clicks); the thread
`web-panel` looks at it a few times a second. On this computer alone, first: to let others in is the reader's choice.
"""

from __future__ import annotations

import ipaddress
from html import escape

import ipywidgets

from chatlab.panels.open_panels import how_to_come_back
from chatlab.panels.service_panel import ServicePanel
from chatlab.panels.style import make_card
from chatlab.room.errors import in_words
from chatlab.service.interfaces import HasAddress
from chatlab.service.resolve import host_and_port
from chatlab.web.gateway import WebGateway
from chatlab.web.qr_code import qr_picture

HERE, NETWORK = "127.0.0.1", "0.0.0.0"
WHO = {
    HERE: "Only browsers on this computer can come in. For a phone, choose <i>Local network</i>.",
    NETWORK: "Everybody in your network can come in, without a password, and nothing is encrypted. Among strangers, "
    "choose <i>This computer</i>. A firewall may ask first.",
}
ALONE = "This computer is in no network now, so nobody else can come in."


class WebPanel(ServicePanel, ipywidgets.VBox):
    """A web page for the TCP room `room`: a server, or its (host, port). The panel opens it on a free port, and closes
    it. A context manager. `gateway` is the page as it is now.

    So that a cell can be run again, a panel first closes the one that the same cell showed before.
    """

    def __init__(self, room: HasAddress | tuple[str, int]) -> None:
        super().__init__("web-panel")
        self.gateway = WebGateway(host_and_port(room))
        self._choice = ipywidgets.ToggleButtons(options=[("This computer", HERE), ("Local network", NETWORK)])
        header = ipywidgets.HBox([self._state, self._button])
        self.children = [make_card(self, "web"), header, self._choice, self._details]
        self._choice.observe(self._move, "value")
        self._go_live("WebPanel", self.gateway, of_cell=True)

    def __repr__(self) -> str:
        return "Web page panel"

    @property
    def _service(self) -> WebGateway:
        return self.gateway

    def _move(self, _change: object) -> None:
        """The port stays, so that an address on a phone is still good after a change and back."""
        with self._lock:
            before = self.gateway
            before.close()
            self.gateway = WebGateway(before.room_address, host=self._choice.value, port=before.address[1])
            if not self._closed:
                self._open()
        self._show()

    def _show(self) -> None:
        with self._lock:
            gateway = self.gateway
            now = (gateway, gateway.running, gateway.failure, self._problem, self._closed, gateway.browsers)
            if now == self._shown:
                return
            self._shown = now
            self._button.description = "Close" if gateway.running else "Open"
            self._button.disabled = self._choice.disabled = self._closed
            self._state.value = f"<b>Web page</b> {self._state_in_words()}"
            reason = in_words(gateway.failure) if gateway.failure else self._problem
            failure = f'<div class="chatlab-failure">{escape(reason)}</div>' if reason else ""
            self._details.value = failure + (_details(gateway, self._choice.value) if gateway.running else "")

    def _state_in_words(self) -> str:
        if self._closed:
            return f"closed: to open it, {how_to_come_back()}"
        return self.gateway.state


def _details(gateway: WebGateway, host: str) -> str:
    url = escape(gateway.url)
    leads_here = ipaddress.ip_address(gateway.address[0]).is_loopback
    picture = "" if leads_here else f'<div role="img" aria-label="QR code of {url}">{qr_picture(gateway.url)}</div>'
    who = ALONE if leads_here and host == NETWORK else WHO[host]
    browsers = f"{gateway.browsers} browser{'s' * (gateway.browsers != 1)} in it"
    link = f'<a href="{url}" target="_blank" rel="noopener">{url}</a>'
    return f'<div class="chatlab-qr">{picture}<div>{link}<br>{browsers}</div><div>{who}</div></div>'
