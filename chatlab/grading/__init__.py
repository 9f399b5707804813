"""The grader: what stands behind `pytest exercises/` and behind the check card of a notebook.

What is checked, and how one check goes:

    manifest      what exercises there are (exercises/exercises.toml); settings: what a run is about
    learner       a learner's file, loaded as it is now; fence: what it may not import
    limit         a call that may hang, exit or flood
    watch         sockets and threads that the learner's code leaves behind, and crashes of its threads;
                  surroundings: what it changed for all, put back
    attempt       one check of one exercise, with all of these; transcript: what crossed the wire
    explain       an error -> three lines that teach; usually: what it means;
                  verdict: the states, and a message
    grades        exercise by exercise: the results of the checks, and the points

How pytest runs the checks:

    plugin        the options of the command line
    workers       the checks are made in a process that may die; in_order: one after the other
    journal       what that process was doing, for when it has died
    grader        in that process: a test becomes an attempt
    results       in the first one: the grades, and where they go

Who asks, and what they see:

    table         on a terminal
    notebook      check("ex00") in a notebook; card: how it looks there; child: the run behind it
    gradescope    Gradescope's results.json
    classroom     `python -m chatlab.grading.classroom`: a class in one go; class_report: its table and its page;
                  submission: what a student has handed in
    own_code      a learner's file at work in a notebook; exercise_server: the room of ex05 there

For checks:

    lent_socket   a socket whose lender sees each call, and can let it fail
    own_threads   which threads of a learner's code have not ended, and where one waits
    patience      a wait that a busy machine does not cut short

It stops accidents, not malice: code under check runs with all the rights of whoever checks it. Lesson 00 shows how
to use it. A check is an ordinary pytest test that takes `learner` and `attempt`, and raises NotYetRight.
"""

from chatlab.grading.notebook import check
from chatlab.grading.verdict import NotYetRight

__all__ = ["NotYetRight", "check"]
