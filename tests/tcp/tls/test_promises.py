"""What the room promises of each connection, also over TLS: under each model, and what takes long under one."""

from __future__ import annotations

import pytest

from chatlab.tcp.models.serving import MODELS, Model
from tests.tcp import test_promises

UNDER_EACH_MODEL = (
    "test_text_of_1024_bytes_on_the_wire_arrives_whole",
    "test_one_byte_more_is_refused_with_a_reason_and_never_cut",
    "test_a_reader_who_never_reads_is_dropped_and_nobody_waits",
    "test_a_dropped_reader_who_reads_after_all_learns_why",
    "test_a_connection_that_never_chooses_a_name_is_gone_in_time",
    "test_nickname_tries_are_bounded",
    "test_a_reset_at_any_moment_leaves_the_name_free_at_once",
    "test_a_reset_frees_the_name_of_who_is_throttled_too",
    "test_half_close",
    "test_half_close_of_a_stranger",
)
UNDER_ONE = (
    "test_any_bytes_at_all_reach_others_as_clean_text_or_nothing",
    "test_nobody_who_reads_all_the_time_is_put_out_however_much_all_say_at_once",
    "test_a_byte_a_second_wins_no_time",
    "test_connect_and_vanish_storms_leave_no_name_and_no_thread",
    "test_a_flood_is_slowed_down_by_not_reading_from_the_speaker",
    "test_a_flooder_that_slows_down_loses_nothing",
    "test_50_people_coming_going_and_talking_lose_nothing_and_keep_their_order",
)
globals().update({name: getattr(test_promises, name) for name in UNDER_EACH_MODEL + UNDER_ONE})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    models = MODELS if metafunc.function.__name__ in UNDER_EACH_MODEL else ("selectors",)
    metafunc.parametrize("model", models, indirect=True)


@pytest.fixture
def model(request: pytest.FixtureRequest) -> Model:
    return request.param  # type: ignore[no-any-return]
