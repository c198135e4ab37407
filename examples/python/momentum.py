#!/usr/bin/env python3
"""Momentum, as a strategy in another language: it watches the mid of each instrument and prints signals.

A move is mid / (mid `lookback` ticks ago) - 1. Above the threshold it says buy, below minus the threshold sell, and
again only after it came back inside or turned: the rule of services/strategies/momentum.cpp. Only live, two-sided ticks
count, and only ticks that follow each other: after a gap or a restart of the publisher the count begins anew.

    ./momentum.py --instrument deribit:BTC-PERPETUAL --instrument 'deribit:ETH-27NOV26-*' --threshold 0.002

On standard output, one line each; what went wrong is told on standard error:

    snapshot <venue time> <instrument> <best bid> <best ask>      where it begins; `-` for a side that is absent
    signal <venue time> <instrument> buy|sell <move>              0.002 is 0.2 %
"""

import argparse
import math
import signal
import sys
import time
from collections import deque
from datetime import datetime, timezone
from fractions import Fraction
from typing import Any

from strike_feed import Feed, prefix_of
from strike_follower import LOSSES, Arrival, Continuity, decimal_of, nanos
from strike_proto import market

LONGEST_SLEEP = 1.0  # seconds


class Momentum:
    """The rule for one instrument. Exact: no rounding decides whether a move is a signal."""

    def __init__(self, threshold: Fraction, lookback: int) -> None:
        """@param threshold > 0, a fraction: 0.002 is 0.2 %
        @param lookback in ticks, > 0"""
        self._threshold = threshold
        self._lookback = lookback
        self._mids: deque[int] = deque(maxlen=lookback)
        self._direction = 0  # of the last signal; 0 once the move came back inside

    def forget(self) -> None:
        """Ticks are missing: a move over `lookback` ticks is known only when so many came without a gap."""
        self._mids.clear()

    def on_tick(self, bid: int, ask: int) -> Fraction | None:
        """@returns the move if it is a signal: buy if > 0, else sell"""
        mid = bid + ask  # twice the mid; its unit cancels out
        before = self._mids[0] if len(self._mids) == self._lookback else None
        self._mids.append(mid)
        if before is None or before <= 0:  # combos trade at and below 0, where a relative move means nothing
            return None
        move = Fraction(mid - before, before)
        direction = (move > self._threshold) - (move < -self._threshold)
        if direction == self._direction:
            return None
        self._direction = direction
        return move if direction != 0 else None


def time_text(ns: int) -> str:
    """Nanoseconds since the Unix epoch as 2026-11-27T08:00:00.123456789Z."""
    seconds, rest = divmod(ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def price_text(count: int | None) -> str:
    """A count of 1e-9 as a decimal without trailing zeros; `-` if unknown."""
    return "-" if count is None else f"{decimal_of(count):f}".rstrip("0").rstrip(".")


class Printer:
    """One `Momentum` for each instrument that shows up, and the lines they make."""

    def __init__(self, threshold: Fraction, lookback: int) -> None:
        self._threshold = threshold
        self._lookback = lookback
        self._rules: dict[str, Momentum] = {}

    def lines_of(self, arrival: Arrival) -> list[str]:
        """The lines for standard output that a message makes."""
        if arrival.topic.channel != "ticker":
            return []
        name = arrival.topic.instrument
        rule = self._rules.setdefault(name, Momentum(self._threshold, self._lookback))
        if arrival.order.kind in LOSSES:
            rule.forget()
        # a new subscriber gets the state as a snapshot or, where nobody had wanted what was before, as an event for all
        is_start = arrival.is_snapshot or arrival.order.kind is Continuity.FIRST
        out: list[str] = []
        for index, event in enumerate(arrival.events):
            out += self._lines_of_tick(rule, name, event, is_start and index == 0)
        return out

    @staticmethod
    def _lines_of_tick(rule: Momentum, name: str, event: Any, is_start: bool) -> list[str]:
        if not event.HasField("ticker"):
            return []
        bid, ask = nanos(event.ticker, "best_bid"), nanos(event.ticker, "best_ask")
        out = []
        if is_start:
            out.append(f"snapshot {time_text(event.venue_ns)} {name} {price_text(bid)} {price_text(ask)}")
        if event.trust != market.TRUST_LIVE or bid is None or ask is None:
            return out
        move = rule.on_tick(bid, ask)
        if move is not None:
            side = "buy" if move > 0 else "sell"
            out.append(f"signal {time_text(event.venue_ns)} {name} {side} {float(move):+.6f}")
        return out


def complain(arrival: Arrival) -> None:
    if arrival.order.kind in LOSSES:
        kind = arrival.order.kind.name.lower()
        print(f"{kind} {arrival.topic.instrument} {arrival.topic.channel} lost={arrival.order.lost}", file=sys.stderr)


def run(feed: Feed, printer: Printer, until_silent: float) -> None:
    """Prints until there was something and then, for `until_silent` seconds, nothing more."""
    last_arrival = math.inf
    while time.monotonic() - last_arrival < until_silent:
        for arrival in feed.receive(min(LONGEST_SLEEP, until_silent)):
            last_arrival = time.monotonic()
            complain(arrival)
            for line in printer.lines_of(arrival):
                print(line, flush=True)


def arguments() -> argparse.ArgumentParser:
    def above_zero(kind: type) -> Any:
        def read(text: str) -> Any:
            value = kind(text)
            if not value > 0:
                raise argparse.ArgumentTypeError(f"'{text}' must be above 0")
            return value
        read.__name__ = "number"  # argparse names it where `kind` cannot read the text
        return read

    parser = argparse.ArgumentParser(description="Prints a signal when the mid of an instrument moves.")
    parser.add_argument("--endpoint", default="tcp://127.0.0.1:5550",
                        help="gateway, router or replay (default %(default)s)")
    parser.add_argument("--instrument", action="append", required=True, metavar="VENUE:SYMBOL",
                        help="may be repeated; a * at the end stands for all that start so")
    parser.add_argument("--threshold", type=above_zero(Fraction), default=Fraction("0.002"),
                        help="a move above this fraction is a signal (default 0.002)")
    parser.add_argument("--lookback", type=above_zero(int), default=20, metavar="TICKS",
                        help="the move is measured over so many ticks (default %(default)s)")
    parser.add_argument("--until-silent", type=above_zero(float), default=math.inf, metavar="SECONDS",
                        help="end when nothing came for so long after something did (default: never)")
    return parser


def main() -> int:
    parser = arguments()
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        feed = Feed(given.endpoint)
        for instrument in given.instrument:
            feed.subscribe(prefix_of(instrument, "ticker"))
    except ValueError as fault:
        parser.error(str(fault))
    print(f"listening to {given.endpoint}", file=sys.stderr, flush=True)
    try:
        run(feed, Printer(given.threshold, given.lookback), given.until_silent)
    except KeyboardInterrupt:
        pass
    counts = feed.follower.counts
    print(f"messages={counts.messages} events={counts.events} gaps={counts.gaps} lost={counts.lost} "
          f"malformed={counts.malformed} {counts.complaint}".rstrip(), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
