"""`python -m chatlab`: what there is to run."""

from __future__ import annotations

import sys

from chatlab.service.cli import print_line

PROGRAMS = {
    "chatlab.udp.server": "the UDP chatroom",
    "chatlab.udp.client": "talk in it from a terminal",
    "chatlab.own": "your own server and client, from your exercises",
    "chatlab.weather": "a bad network between the two",
    "chatlab.tcp.server": "the TCP chatroom",
    "chatlab.tcp.client": "talk in it from a terminal",
    "chatlab.tcp.weather": "a bad network between the two",
    "chatlab.web": "a web page for it, for browsers and phones",
    "chatlab.conformance": "is that a chatlab server?",
    "chatlab.grading.classroom": "grade a class",
    "chatlab.grading.gradescope_zip": "pack the course for Gradescope",
    "chatlab.bench": "how fast are the rooms?",
}


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--help"], ["-h"]):
        sys.stderr.write(f"python -m chatlab: {sys.argv[1]!r} is none of its programs (python -m chatlab lists them)\n")
        sys.exit(2)
    print_line("Programs of chatlab (each takes --help):")
    for module, purpose in PROGRAMS.items():
        print_line(f"  python -m {module:25}  {purpose}")
