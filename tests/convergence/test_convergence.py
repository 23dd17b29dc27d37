"""Any duplication, reordering, interleaving, crash and time-out ends in the state of the clean run."""

import json
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.convergence.histories import deliveries, state
from tests.convergence.turnstile import Turnstile
from tests.world import Crash, World

CHAOS = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def clean(monkeypatch, folder, history):
    """Every delivery once, in order, one at a time."""
    world = World(monkeypatch, folder)
    for store, topic, order in history:
        assert world.deliver(store, topic, order)[0] == 200
        world.drain()
    return state(world)


def chaotic(monkeypatch, folder, history, seed, crash=0.03, fault=0.03):
    """Every delivery one to three times, shuffled, taken in random batches by up to three workers at once."""
    rng = Random(seed)
    world = World(monkeypatch, folder)
    copies = [delivery for delivery in history for _ in range(rng.choice((1, 1, 2, 3)))]
    rng.shuffle(copies)
    for store, topic, order in copies:
        world.deliver(store, topic, order)
    for _ in range(80):
        if not world.queue.waiting:
            return world
        Turnstile(world, rng, crash, fault).run(_workers(world, rng))
        world.clock += 120
        crash, fault = crash / 1.5, fault / 1.5
    raise AssertionError(f"messages still wait: {sorted(world.queue.waiting)}")


def _workers(world, rng):
    waiting = sorted(world.queue.waiting)
    rng.shuffle(waiting)
    shares = [[] for _ in range(rng.randint(1, 3))]
    for message in waiting:
        rng.choice(shares).append(message)
    return [_worker(world, ids) for ids in shares if ids]


def _worker(world, ids):
    from connector.sync.flow import Flow

    def work():
        flow = Flow(world.environment)
        flow.orgs._now = lambda: world.clock
        world.batch(ids, flow)

    return work


def assert_same(found, wanted):
    """Equal states, or the first few differences."""
    differences = []
    for key in sorted(found.keys() | wanted.keys()):
        if found.get(key) != wanted.get(key):
            a, b = found.get(key) or {}, wanted.get(key) or {}
            fields = {f: (a.get(f), b.get(f)) for f in a.keys() | b.keys() if a.get(f) != b.get(f)}
            differences.append(f"{key}: {json.dumps(fields, default=str)[:600]}")
    assert not differences, "found, wanted:\n" + "\n".join(differences[:8])


@CHAOS
@given(history=st.integers(0, 10**6), chaos=st.integers(0, 10**6), orders=st.integers(1, 4))
def test_any_delivery_order_duplication_interleaving_and_crash_ends_like_the_clean_run(
    tmp_path_factory, history, chaos, orders
):
    with pytest.MonkeyPatch.context() as monkeypatch:
        story = deliveries(history, orders)
        wanted = clean(monkeypatch, tmp_path_factory.mktemp("clean"), story)
        world = chaotic(monkeypatch, tmp_path_factory.mktemp("chaos"), story, chaos)
        assert not world.parked()
        assert_same(state(world), wanted)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_at_every_single_external_call_converges(monkeypatch, tmp_path, moment):
    story = deliveries(11, orders=2)
    wanted = clean(monkeypatch, tmp_path / "clean", story)
    for number in range(200):
        world = World(monkeypatch, tmp_path / f"{moment}-{number}")
        for store, topic, order in story:
            world.deliver(store, topic, order)
        crashed = _crash_at(world, number, moment)
        world.clock += 120
        world.start_container()
        world.drain()
        assert_same(state(world), wanted)
        if not crashed:
            assert number > 10
            return
    raise AssertionError("the run never got past its crashes")


def _crash_at(world, number, moment):
    """Run one batch that crashes before or after its call of this number; False if it has fewer calls."""
    count = 0

    def gate(name, call):
        nonlocal count
        count += 1
        if count == number + 1 and moment == "before":
            raise Crash(name)
        result = call()
        if count == number + 1:
            raise Crash(name)
        return result

    world.gate = gate
    try:
        world.batch()
    except Crash:
        return True
    finally:
        world.gate = lambda name, call: call()
    return False
