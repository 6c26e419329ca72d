"""Post offices whose workers are killed at random instants, and what must hold each time."""

import os
import random
import signal
import time
from dataclasses import dataclass
from datetime import timedelta

import time_machine

from crm.mail.types import DeliveryState
from tests.support.crashes import run_in_fork, start_fork
from tests.support.post_offices import PostOffice

# Longer than any lease: what a dead process held is free for the next one.
BETWEEN_LIVES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Toll:
    """What kills cost: letters taken twice, lost, left uncertain, and those of these taken."""

    kills: int
    letters: int
    repeats: int
    lost: int
    uncertain: int
    taken: int


def kill_and_count(
    office: PostOffice,
    traveller: time_machine.Traveller,
    *,
    letters: int,
    kills: int,
    workers: int,
    draw: random.Random,
) -> Toll:
    """Send letters with workers that are killed, then let one finish; return what it cost.

    Letters arrive in as many parts as there are lives, so that each life has something to do; a
    life lasts a little longer, at most, than a worker would need for its own part, and half as
    long from then on when nobody died in it: the machine may have been slow when it was measured.
    """
    own_share = -(-letters // kills)
    longest_life = 1.2 * _time_of_a_life(office, own_share)
    done = 0
    for _life in range(2 * kills // workers):
        if done >= kills:
            break
        if (arriving := min(own_share * workers, letters - office.written)) > 0:
            office.queue(arriving)
        killed = _live_and_die(office, workers, longest_life, draw)
        longest_life = longest_life if killed else longest_life / 2
        done += killed
        traveller.shift(BETWEEN_LIVES)
    if office.written < letters:
        office.queue(letters - office.written)
    for _until_all_is_settled in range(2):
        run_in_fork(office.work)
        traveller.shift(BETWEEN_LIVES)
    return _count(office, done)


def _time_of_a_life(office: PostOffice, share: int) -> float:
    """Return the seconds that a worker needs for its share, in a process that has warmed up."""
    office.queue(1)
    office.work()
    office.rest()
    office.queue(share)
    started = time.perf_counter()
    run_in_fork(office.work)
    return time.perf_counter() - started


def _live_and_die(
    office: PostOffice, workers: int, longest_life: float, draw: random.Random
) -> int:
    """Let workers send at once, each killed at its own instant; return how many were."""
    now = time.perf_counter()
    deaths = sorted(
        (now + draw.uniform(0, longest_life), start_fork(office.work)) for _ in range(workers)
    )
    killed = 0
    for instant, child in deaths:
        time.sleep(max(0.0, instant - time.perf_counter()))
        os.kill(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
    return killed


def _count(office: PostOffice, kills: int) -> Toll:
    """Check the invariant of the ledger, and count what it cost."""
    states, taken = office.states(), office.taken
    settled = {DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN}
    assert set(states) <= settled, states
    assert states.total() == office.written
    accepted = office.tokens_in(DeliveryState.ACCEPTED)
    uncertain = office.tokens_in(DeliveryState.UNCERTAIN)
    # What was taken is known as accepted, or listed for a person: never forgotten.
    assert set(taken) <= accepted | uncertain
    office.report_taken()
    left = office.states()[DeliveryState.UNCERTAIN]
    assert office.tokens_in(DeliveryState.ACCEPTED) == set(taken)
    return Toll(
        kills=kills,
        letters=office.written,
        repeats=sum(count > 1 for count in taken.values()),
        lost=len(accepted - set(taken)),
        uncertain=len(uncertain),
        taken=len(uncertain) - left,
    )
