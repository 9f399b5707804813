"""What the trials have in common: to run the learner's code for as long as it is tried out, and to show a room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chatlab.grading.attempt.printed import Printed
from chatlab.own.exercise_server import ExerciseServer
from chatlab.own.own_door import HandshakeServer
from chatlab.own.own_file import OwnFile
from chatlab.room.errors import CantUse

if TYPE_CHECKING:
    from chatlab.panels.room_panel import RoomPanel


def use(key: str, do: Callable[[Any], None]) -> None:
    """Call `do` with what the learner's file of `key` defines. Whatever goes wrong is printed, in a line."""
    printed = Printed()
    problem = ""
    try:
        OwnFile(key).use(do, printed)
    except CantUse as error:
        problem = f"{error}\n"
    print(printed.text + problem, end="")


def room_panel(server: ExerciseServer | HandshakeServer) -> RoomPanel:
    """With words about whose room it is."""
    # The programs in this folder work without the widget packages.
    from chatlab.panels.room_panel import RoomPanel  # noqa: PLC0415

    return RoomPanel(server, about=lambda: server.whose)
