"""The circuit breaker, shared by every worker through a real Valkey."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import time_machine

from agenda.breaker import FIRST_PAUSE_MS, THRESHOLD, Breakers
from agenda.streams import async_store

EDITOR = 7
Scenario = Callable[[Breakers, Breakers], Awaitable[None]]


def play(scenario: Scenario) -> None:
    """Two processes sharing one Valkey."""

    async def run() -> None:
        one, other = async_store(), async_store()
        try:
            await scenario(Breakers(one), Breakers(other))
        finally:
            await one.aclose()
            await other.aclose()

    asyncio.run(run())


async def fail(breakers: Breakers, times: int) -> None:
    for _ in range(times):
        await breakers.failed(EDITOR)


def test_it_opens_within_twenty_failing_calls(valkey) -> None:
    async def scenario(here: Breakers, there: Breakers) -> None:
        await fail(here, THRESHOLD - 1)
        assert await here.admits(EDITOR)
        await fail(there, 1)
        assert not await there.admits(EDITOR)
        await here.refresh([EDITOR])
        assert not await here.admits(EDITOR)
        assert await here.admits(EDITOR + 1)

    assert THRESHOLD <= 20
    play(scenario)


def test_a_success_starts_the_count_again(valkey) -> None:
    async def scenario(here: Breakers, there: Breakers) -> None:
        await fail(here, THRESHOLD - 1)
        await here.succeeded(EDITOR)
        await fail(here, THRESHOLD - 1)
        assert await here.admits(EDITOR)

    play(scenario)


def test_one_probe_at_a_time_then_it_closes_by_itself(valkey) -> None:
    async def scenario(here: Breakers, there: Breakers) -> None:
        with time_machine.travel(1_000_000, tick=False) as clock:
            await fail(here, THRESHOLD)
            await there.refresh([EDITOR])
            clock.shift(FIRST_PAUSE_MS / 1000 + 0.001)
            admitted = [await one.admits(EDITOR) for one in (here, there, here, there)]
            assert admitted == [True, False, False, False]
            await here.succeeded(EDITOR)
            await there.refresh([EDITOR])
            assert [await one.admits(EDITOR) for one in (here, there)] == [True, True]

    play(scenario)


def test_a_failed_probe_doubles_the_pause(valkey) -> None:
    async def scenario(here: Breakers, there: Breakers) -> None:
        with time_machine.travel(1_000_000, tick=False) as clock:
            await fail(here, THRESHOLD)
            clock.shift(FIRST_PAUSE_MS / 1000 + 0.001)
            assert await here.admits(EDITOR)
            await fail(here, 1)
            clock.shift(FIRST_PAUSE_MS / 1000 + 0.001)
            assert not await here.admits(EDITOR)
            clock.shift(FIRST_PAUSE_MS / 1000)
            assert await here.admits(EDITOR)

    play(scenario)


def test_failures_in_flight_when_it_opens_do_not_lengthen_the_pause(valkey) -> None:
    async def scenario(here: Breakers, there: Breakers) -> None:
        with time_machine.travel(1_000_000, tick=False) as clock:
            await fail(here, THRESHOLD + 30)
            clock.shift(FIRST_PAUSE_MS / 1000 + 0.001)
            assert await here.admits(EDITOR)

    play(scenario)


def test_without_valkey_nobody_is_shut_out(settings: pytest.FixtureRequest) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"  # type: ignore[attr-defined]

    async def scenario(here: Breakers, there: Breakers) -> None:
        await here.refresh([EDITOR])
        await fail(here, THRESHOLD)
        await here.succeeded(EDITOR)
        assert await here.admits(EDITOR)

    play(scenario)
