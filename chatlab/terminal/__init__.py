"""The keyboard front end of both clients: lines typed go to the room, what happens there is printed."""
