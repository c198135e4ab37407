#!/usr/bin/env python3
"""Places one post-only limit order, lets it rest, cancels it, and tells of each state that exec reports.

    ./place_and_cancel.py --instrument deribit:BTC-PERPETUAL --side buy --size 10 --limit 50000

On standard output, a line for each update; what went wrong is told on standard error:

    order <client id> <state> <filled> <remaining> [<reason>]

Exit code 0: the order rested and ended as cancelled; 1: otherwise, or its end was not told in time. Ctrl-C ends the
rest at once. The order is a real one where exec's venue is live; on paper, the default, nothing leaves exec.
"""

import argparse
import math
import signal
import sys
import time
from typing import Any

from momentum import price_text
from strike_exec import Exec
from strike_orders import Update, instrument_of, nanos_of, state_text
from strike_proto import common, order

LONGEST_SLEEP = 0.5  # seconds
LAST_WAIT = 5.0  # seconds, for the end of an order that is cancelled for want of patience
SIDES = {"buy": common.SIDE_BUY, "sell": common.SIDE_SELL}


def line_of(update: Update) -> str:
    return (f"order {update.client_id} {state_text(update.state)} {price_text(update.filled)} "
            f"{price_text(update.remaining)} {update.reason}".rstrip())


class Errand:
    """One order: placed when exec is ready, cancelled when it has rested. It is handed the time."""

    def __init__(self, orders: Any, what: Any, rest: float) -> None:
        """@param orders an `Orders`
        @param what strike.v1.PlaceOrder
        @param rest seconds from its first `open` to its cancellation"""
        self.last: Update | None = None
        self._orders, self._what, self._rest = orders, what, rest
        self._client_id = ""
        self._cancel_at = math.inf
        self._was_open = False
        self._was_cancelled = False

    @property
    def is_placed(self) -> bool:
        return bool(self._client_id)

    @property
    def is_over(self) -> bool:
        return self.last is not None and self.last.is_final

    @property
    def went_well(self) -> bool:
        return self.last is not None and self.last.state == order.ORDER_STATE_CANCELLED and self._was_open

    def hurry(self) -> None:
        """The rest is over: the order is cancelled next."""
        self._cancel_at = -math.inf

    def take(self, update: Update, now: float) -> None:
        if update.client_id != self._client_id:
            return
        self.last = update
        if update.state in (order.ORDER_STATE_OPEN, order.ORDER_STATE_PARTIALLY_FILLED):
            self._was_open = True
            self._cancel_at = min(self._cancel_at, now + self._rest)
        elif update.state == order.ORDER_STATE_UNKNOWN:  # a request that was under way may be lost: ask again
            self._was_cancelled = False

    def step(self, now: float) -> None:
        """Does what is due."""
        if not self._orders.is_ready or self.is_over:
            return
        if not self.is_placed:
            self._client_id = self._orders.place(self._what)
        elif now >= self._cancel_at and not self._was_cancelled:
            self._was_cancelled = self._orders.cancel(self._client_id)


def run(desk: Exec, errand: Errand, patience: float) -> None:
    """Until the order has ended, or patience has: then it is cancelled, and has a little longer to end."""
    hurry_at = time.monotonic() + patience
    limit = hurry_at + LAST_WAIT
    while not errand.is_over and time.monotonic() < limit:
        if time.monotonic() >= hurry_at:
            if not errand.is_placed:
                return
            errand.hurry()
        try:
            for update in desk.receive(LONGEST_SLEEP):
                print(line_of(update), flush=True)
                errand.take(update, time.monotonic())
            errand.step(time.monotonic())
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # the next one ends the program
            if not errand.is_placed:
                return
            errand.hurry()


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Places a post-only limit order, lets it rest, and cancels it.")
    parser.add_argument("--endpoint", default="tcp://127.0.0.1:5570", help="exec's [exec] listen (default %(default)s)")
    parser.add_argument("--strategy", default="python", metavar="NAME",
                        help="whose order it is; exec cancels those of its earlier start (default %(default)s)")
    parser.add_argument("--instrument", required=True, metavar="VENUE:SYMBOL")
    parser.add_argument("--side", required=True, choices=SIDES)
    parser.add_argument("--size", required=True, help="in the instrument's unit")
    parser.add_argument("--limit", required=True, help="price; far from the market, so that it rests")
    parser.add_argument("--rest", type=float, default=1.0, metavar="SECONDS",
                        help="from open to the cancellation (default %(default)s)")
    parser.add_argument("--patience", type=float, default=60.0, metavar="SECONDS",
                        help="cancel, if that is not done yet, and give up after this (default %(default)s)")
    return parser


def main() -> int:
    parser = arguments()
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        what = order.PlaceOrder(instrument=instrument_of(given.instrument), side=SIDES[given.side],
                                type=order.ORDER_TYPE_LIMIT, limit=nanos_of(given.limit), size=nanos_of(given.size),
                                time_in_force=order.TIME_IN_FORCE_GTC, post_only=True)
        if what.size <= 0:
            raise ValueError(f"size '{given.size}' must be above 0")
        desk = Exec(given.endpoint, given.strategy)
    except ValueError as fault:
        parser.error(str(fault))
    errand = Errand(desk.orders, what, given.rest)
    run(desk, errand, given.patience)
    if not errand.is_over:
        why = "the order's end was not told" if errand.is_placed else "exec was not reached"
        print(f"{given.endpoint}: {why} in time", file=sys.stderr)
    desk.close()
    return 0 if errand.went_well else 1


if __name__ == "__main__":
    sys.exit(main())
