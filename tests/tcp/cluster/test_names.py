"""Taking nicknames at the broker: whatever the order in which its answers come, one server gets each."""

from __future__ import annotations

import asyncio
import random

import pytest

from chatlab.tcp.cluster.names import Names
from tests.tcp.cluster.simulation import PretendedStore


async def ask(names: Names, store: PretendedStore, nickname: str) -> bool:
    names.claim("1", nickname)
    return [answer async for answer in names.settle(store)] == [("1", True)]


def servers(count: int, there: bool = True) -> list[Names]:
    return [Names(f"server-{number}", lambda _: there) for number in range(count)]


@pytest.mark.parametrize("seed", range(30))
def test_of_three_who_ask_at_the_same_moment_one_gets_it(seed: int) -> None:
    choose = random.Random(seed)

    async def race() -> list[bool]:
        store = PretendedStore(iter(lambda: choose.randrange(4), -1))
        return await asyncio.gather(*(ask(names, store, "ada") for names in servers(3)))

    assert sum(asyncio.run(race())) == 1, f"seed {seed}"


@pytest.mark.parametrize("seed", range(30))
def test_of_those_who_want_nicknames_that_look_alike_one_gets_it_and_the_others_keep_no_key(seed: int) -> None:
    choose = random.Random(seed)
    store = PretendedStore(iter(lambda: choose.randrange(4), -1))

    async def race() -> list[bool]:
        nicknames = ("Il", "ll", "lI")  # two keys, one, two: they share some
        return await asyncio.gather(
            *(ask(names, store, nickname) for names, nickname in zip(servers(3), nicknames, strict=True))
        )

    assert sum(asyncio.run(race())) == 1, f"seed {seed}"
    assert len({entry.server for entry in store.entries.values()}) == 1


def test_who_takes_the_nickname_of_a_server_that_is_gone_is_one_alone() -> None:
    store = PretendedStore()

    async def race() -> list[bool]:
        assert await ask(Names("killed", lambda _: True), store, "ada")
        return await asyncio.gather(*(ask(names, store, "ada") for names in heirs))

    heirs = [Names(name, lambda server: server != "killed") for name in ("one", "two")]
    assert sum(asyncio.run(race())) == 1


def test_what_was_freed_while_the_broker_was_asked_is_given_back() -> None:
    store = PretendedStore(iter([3]))
    [names] = servers(1)

    async def free_meanwhile() -> list[tuple[str, bool]]:
        names.claim("1", "ada")
        asking = asyncio.create_task(settle())
        await asyncio.sleep(0)
        names.free("1")
        names.claim("2", "ada")
        return await asking

    async def settle() -> list[tuple[str, bool]]:
        return [answer async for answer in names.settle(store)]

    assert asyncio.run(free_meanwhile()) == [("2", True)]
    assert store.entries.keys() == {"ada"}
    names.free("2")
    asyncio.run(settle())
    assert store.entries == {}


def test_a_store_that_does_not_answer_is_asked_again_and_an_answer_that_was_lost_costs_nobody_a_nickname() -> None:
    [names] = servers(1)

    class Lossy(PretendedStore):
        is_lost = True

        async def create(self, key: str, server: str) -> bool:
            done = await super().create(key, server)
            if self.is_lost:
                raise TimeoutError
            return done

    store = Lossy()

    async def settle() -> list[tuple[str, bool]]:
        return [answer async for answer in names.settle(store)]

    names.claim("1", "ada")
    with pytest.raises(TimeoutError):
        asyncio.run(settle())
    store.is_lost = False
    assert asyncio.run(settle()) == [("1", True)]


def test_all_are_asked_for_again_and_all_can_be_freed() -> None:
    store = PretendedStore()
    [names] = servers(1)

    async def settle() -> list[tuple[str, bool]]:
        return [answer async for answer in names.settle(store)]

    names.claim("1", "ada")
    names.claim("2", "bob")
    asyncio.run(settle())
    store.entries.clear()
    names.claim_all_again()
    assert asyncio.run(settle()) == [("1", True), ("2", True)]
    assert store.entries.keys() == {"ada", "bob"}
    names.free_all()
    assert asyncio.run(settle()) == []
    assert store.entries == {}


def test_all_servers_ask_for_the_keys_of_a_nickname_in_the_same_order() -> None:
    asked: list[str] = []

    class Listening(PretendedStore):
        async def create(self, key: str, server: str) -> bool:
            asked.append(key)
            return True

    [names] = servers(1)
    for number in range(20):
        asyncio.run(ask(names, Listening(), f"I{number}"))
        assert asked == sorted(asked)
        assert len(asked) == 2
        asked.clear()
