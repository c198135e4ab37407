"""What becomes of orders, judged. Pure: it is handed what came from exec, and what it sends.

proto/strike/v1/order.proto is the contract; the rules are those of services/strategies/exec_route.cpp. Nothing is
assumed: what was surely not sent is rejected; what has no final state when the connection ends is unknown, until exec
has said how the account stands.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from google.protobuf.message import DecodeError

from strike_proto import common, order

KNOWN_VERSION = 1  # of updates; a newer one may mean something else
ASK_AGAIN_S = 1.0  # an order that finds exec without a word asks again after so long
LONGEST_CLIENT_ID = 36  # what every venue takes as label
LABEL_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
NANOS = 1_000_000_000
FINAL = frozenset((order.ORDER_STATE_FILLED, order.ORDER_STATE_CANCELLED, order.ORDER_STATE_REJECTED,
                   order.ORDER_STATE_EXPIRED))


def nanos_of(text: str) -> int:
    """A decimal as a count of 1e-9, exactly.

    @raises ValueError: it is no decimal, has more than nine digits after the point, or is too large
    """
    count = Fraction(text) * NANOS
    if count.denominator != 1 or abs(count) >= 2**63:
        raise ValueError(f"'{text}' is no decimal of at most nine digits after the point")
    return int(count)


def instrument_of(name: str) -> Any:
    """`deribit:BTC-PERPETUAL` as strike.v1.Instrument.

    @raises ValueError: it is not venue:symbol, or the venue is none that we know
    """
    venue, _, symbol = name.partition(":")
    number = dict(common.Venue.items()).get(f"VENUE_{venue.upper()}", 0)
    if number == 0 or not symbol:
        raise ValueError(f"instrument '{name}' is not venue:symbol")
    return common.Instrument(venue=number, symbol=symbol)


def state_text(state: int) -> str:
    return order.OrderState.Name(state).removeprefix("ORDER_STATE_").lower()


def _key(instrument: Any) -> tuple[int, str]:
    return instrument.venue, instrument.symbol


def base36(count: int) -> str:
    digits, text = "0123456789abcdefghijklmnopqrstuvwxyz", ""
    while count or not text:
        count, digit = divmod(count, 36)
        text = digits[digit] + text
    return text


@dataclass(frozen=True)
class Update:
    """How an order stands. Sizes are counts of 1e-9."""

    client_id: str
    order_id: int  # our own number
    state: int  # order.ORDER_STATE_...
    filled: int = 0  # in all
    remaining: int = 0
    reason: str = ""
    fill: Any = None  # strike.v1.Fill, if the update tells of one

    @property
    def is_final(self) -> bool:
        return self.state in FINAL


@dataclass
class Counts:
    sent: int = 0
    received: int = 0
    gaps: int = 0  # messages of exec were lost; the account was asked for again
    restarts: int = 0  # of exec
    unreadable: int = 0  # updates that only a newer version knows
    malformed: int = 0
    complaint: str = ""  # what was wrong with the last malformed one


class Orders:
    """The orders of one strategy on their way to exec and back. One thread."""

    def __init__(self, strategy: str, epoch: int, send: Callable[[bytes], bool],
                 clock: Callable[[], float] = time.monotonic) -> None:
        """@param strategy the instance's name, whose orders of an earlier start exec cancels; it begins the client ids
        @param epoch nanoseconds of this start
        @param send whether the message was taken; False: it surely does not leave
        @param clock seconds
        @raises ValueError: the name makes no client ids that venues take"""
        if not strategy or not LABEL_CHARACTERS.issuperset(strategy):
            raise ValueError(f"strategy '{strategy}' may hold A-Z a-z 0-9 . _ - only, since venues take no more")
        self.counts = Counts()
        self.positions: dict[tuple[int, str], int] = {}  # by venue and symbol; counts of 1e-9
        self._strategy, self._epoch, self._send_bytes = strategy, epoch, send
        self._clock, self._asked = clock, clock()
        if len(self._client_id(9_999_999)) > LONGEST_CLIENT_ID:
            raise ValueError(f"strategy '{strategy}': too long, client ids have at most {LONGEST_CLIENT_ID} characters")
        self._last_id = 0
        self._open: dict[str, Update] = {}  # those that are not final, without fills
        self._told: list[Update] = []
        self._exec_epoch, self._seen = 0, 0
        self._not_ready_why = "exec is not connected"  # empty: orders are taken

    @property
    def is_ready(self) -> bool:
        """Whether orders are taken: exec has said how the account stands."""
        return not self._not_ready_why

    def updates(self) -> list[Update]:
        """What became of the orders since the last call."""
        told, self._told = self._told, []
        return told

    def place(self, what: Any) -> str:
        """What could not be sent is rejected by the next of `updates`.

        @param what strike.v1.PlaceOrder without its ids
        @returns the order's client id
        """
        self._last_id += 1
        client_id = self._client_id(self._last_id)
        request = order.PlaceOrder()
        request.CopyFrom(what)
        request.client_id, request.order_id = client_id, self._last_id
        self._open[client_id] = Update(client_id, self._last_id, order.ORDER_STATE_PENDING, remaining=what.size)
        if not self.is_ready:
            self._reject(client_id, f"{self._not_ready_why}: the order was not sent")
            if self._clock() - self._asked >= ASK_AGAIN_S:  # the question or its answer was lost
                self._ask_account()
        elif not self._send(place=request):
            self._reject(client_id, "the connection to exec took no message: the order was not sent")
        return client_id

    def cancel(self, client_id: str) -> bool:
        """@returns whether the request was sent; the order is cancelled when an update says so"""
        return client_id in self._open and self._send(cancel=order.CancelOrder(client_id=client_id))

    def on_connected(self) -> None:
        """Before all else exec has to say what became of our orders meanwhile."""
        self._ask_account()

    def on_disconnected(self, why: str) -> None:
        self._lose_track(f"the connection to exec has ended: {why}")

    def read(self, payload: bytes) -> None:
        """A message of exec. One that is malformed or that we cannot read is counted."""
        self.counts.received += 1
        try:
            message = order.OrderUpdate.FromString(payload)
            if message.version == 0 or message.epoch == 0 or message.sequence == 0:
                raise ValueError("version, epoch or sequence is missing")
            if message.strategy != self._strategy:
                raise ValueError(f"it is for strategy '{message.strategy}'")
        except (ValueError, DecodeError) as fault:
            self.counts.malformed += 1
            self.counts.complaint = str(fault)
            return
        self._observe(message)
        self._take(message)

    def _observe(self, message: Any) -> None:
        """Judges epoch and sequence. What was lost is made good by asking for the account."""
        if self._exec_epoch not in (0, message.epoch):
            self.counts.restarts += 1
            self._lose_track("exec was restarted")
            self._ask_account()
        elif self._exec_epoch != 0 and message.sequence != self._seen + 1:
            self.counts.gaps += 1
            self._ask_account()
        self._exec_epoch, self._seen = message.epoch, message.sequence

    def _take(self, message: Any) -> None:
        body = message.WhichOneof("body") if message.version <= KNOWN_VERSION else None
        if body == "change":
            self._change(message.change)
        elif body == "account":
            self._account(message.account)
        elif body == "settled":
            self.positions.pop(_key(message.settled.instrument), None)
        else:
            self.counts.unreadable += 1

    def _change(self, change: Any) -> None:
        if change.state == 0 or change.state not in order.OrderState.values():
            self.counts.unreadable += 1
            return
        if change.HasField("fill"):
            key = _key(change.instrument)
            sign = 1 if change.fill.side == common.SIDE_BUY else -1
            self.positions[key] = self.positions.get(key, 0) + sign * change.fill.size
        before = self._open.get(change.client_id)
        if before is None and change.client_id != self._client_id(change.order_id):
            return  # of an earlier start
        is_known = change.HasField("instrument") or before is None
        told = Update(change.client_id, before.order_id if before else change.order_id, change.state,
                      change.filled if is_known else before.filled, change.remaining, change.reason,
                      change.fill if change.HasField("fill") else None)
        if told.is_final:
            self._open.pop(told.client_id, None)
        elif before:
            self._open[told.client_id] = replace(told, fill=None)
        self._told.append(told)

    def _account(self, account: Any) -> None:
        """The orders as exec knows them; those that stand as before are no news."""
        self.positions = {_key(x.instrument): x.size for x in account.positions}
        self._not_ready_why = ""
        for change in account.orders:
            last = self._open.get(change.client_id)
            if last and (change.state, change.filled) != (last.state, last.filled):
                self._change(change)

    def _ask_account(self) -> None:
        self._asked = self._clock()
        if self._send(ask_account=order.AskAccount(client_ids=list(self._open))) and not self.is_ready:
            self._not_ready_why = "exec has not yet said how the account stands"

    def _lose_track(self, why: str) -> None:
        """What happens at exec is not seen any more."""
        self._not_ready_why = why
        for client_id, last in self._open.items():
            if last.state != order.ORDER_STATE_UNKNOWN:
                self._open[client_id] = replace(last, state=order.ORDER_STATE_UNKNOWN, reason=why)
                self._told.append(self._open[client_id])

    def _reject(self, client_id: str, why: str) -> None:
        last = self._open.pop(client_id)
        self._told.append(replace(last, state=order.ORDER_STATE_REJECTED, remaining=0, reason=why))

    def _client_id(self, order_id: int) -> str:
        """Unique for the life of the account: the time of this start, and a count."""
        return f"{self._strategy}-{base36(self._epoch)}-{order_id}"

    def _send(self, **body: Any) -> bool:
        message = order.OrderRequest(version=KNOWN_VERSION, epoch=self._epoch, sequence=self.counts.sent + 1,
                                     strategy=self._strategy, **body)
        if not self._send_bytes(message.SerializeToString()):
            return False
        self.counts.sent += 1
        return True
