"""What came over the bus, judged: epoch, sequence and trust of each topic. Pure; it is handed the time.

proto/strike/v1/market.proto is the contract; this module does what it asks of every consumer, so that nothing is lost
without being noticed. Prices and sizes stay what they are there: exact integers, a count of 1e-9.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from strike_proto import common, market

FIRST_WAIT = 0.5  # seconds until a snapshot that did not come is asked for again; then twice as long each time ...
LONGEST_WAIT = 30.0  # ... up to this
ABSENT = -(2**63)  # must not be sent, and is read as absent


class Continuity(Enum):
    """What a message says about those before it."""

    FIRST = auto()  # nothing was seen of this topic yet
    IN_ORDER = auto()  # follows what was seen
    DUPLICATE = auto()  # all of it was seen, or it belongs to an earlier epoch: ignore it
    GAP = auto()  # events are missing before it: take it, distrust the state, ask for a snapshot
    NEW_EPOCH = auto()  # the publisher has restarted: take it, distrust the state, ask for a snapshot


LOSSES = (Continuity.GAP, Continuity.NEW_EPOCH)


class Verdict(NamedTuple):
    kind: Continuity
    lost: int = 0  # events missing before the message; > 0 only with GAP
    seen: int = 0  # leading events of the message that were seen before: skip them


class Sequence:
    """Follows the numbers of one topic: the events of an epoch count from 1."""

    def __init__(self) -> None:
        self._epoch = 0
        self._next = 0  # 0: nothing seen

    def observe(self, epoch: int, first: int, count: int) -> Verdict:
        """Judges the next message.

        @param first number of its first event; of a snapshot: the number after the last event that it contains
        @param count of its events; of a snapshot 0, since it holds no event of its own
        """
        end = first + count
        if self._next == 0 or epoch > self._epoch:
            kind = Continuity.FIRST if self._next == 0 else Continuity.NEW_EPOCH
            self._epoch, self._next = epoch, max(end, 1)
            return Verdict(kind)
        is_past = first < self._next if count == 0 else end <= self._next
        if epoch < self._epoch or is_past:
            return Verdict(Continuity.DUPLICATE, seen=count)
        expected, self._next = self._next, end
        if first > expected:
            return Verdict(Continuity.GAP, lost=first - expected)
        return Verdict(Continuity.IN_ORDER, seen=expected - first)


class Topic(NamedTuple):
    """`md/<venue>/<symbol>/<channel>/`"""

    venue: str
    symbol: str
    channel: str  # ticker, book, trades, status

    @property
    def instrument(self) -> str:
        return f"{self.venue}:{self.symbol}"


def parse_topic(text: str) -> Topic:
    """@raises ValueError: it names no market data"""
    match text.split("/"):
        case ["md", venue, symbol, "ticker" | "book" | "trades" | "status" as channel, ""] if venue and symbol:
            return Topic(venue, symbol, channel)
    raise ValueError(f"topic '{text}' is not md/<venue>/<symbol>/<channel>/")


def nanos(message: Any, name: str) -> int | None:
    """An optional decimal of a message, say `best_bid` of a Ticker, as a count of 1e-9; None if it is unknown."""
    value = getattr(message, name) if message.HasField(name) else ABSENT
    return None if value == ABSENT else value


def decimal_of(count: int) -> Decimal:
    """A count of 1e-9 as the number it stands for, exactly."""
    return Decimal(count).scaleb(-9)


@dataclass
class Arrival:
    """A message that brought something new."""

    topic: Topic
    is_snapshot: bool  # the last ticker or status, or the whole book, for a new subscriber; after events that nobody
    # had wanted, a publisher sends the same state as an event that counts, to all
    order: Verdict
    events: list[Any]  # strike.v1.MarketEvent; those seen before and those we cannot read are left out
    is_synced: bool = True  # the state of the topic, after this message, is whole


@dataclass
class Counts:
    messages: int = 0
    events: int = 0  # handed out
    duplicates: int = 0  # messages, also snapshots meant for somebody else
    snapshots: int = 0  # taken
    gaps: int = 0
    lost: int = 0  # events in gaps
    new_epochs: int = 0
    unreadable: int = 0  # events that only a newer version knows
    malformed: int = 0  # messages
    complaint: str = ""  # what was wrong with the last malformed one


@dataclass
class _Asking:
    at: float  # when it is due
    wait: float = FIRST_WAIT  # until it is due again


@dataclass
class _State:
    name: str  # the topic as it was sent
    topic: Topic
    sequence: Sequence = field(default_factory=Sequence)
    is_synced: bool = False


def _is_live(events: Iterable[Any]) -> bool:
    return all(x.trust == market.TRUST_LIVE for x in events)


def _is_known(number: int, enum: Any) -> bool:
    return number != 0 and number in enum.values()


def _is_readable(event: Any, topic: Topic) -> bool:
    """Whether we know every alternative and enum value of an event. No default takes the place of one we do not."""
    body = event.WhichOneof("body")
    if body is None or not _is_known(event.trust, market.Trust):
        return False
    if body == "trade":  # UNSPECIFIED: the venue does not say
        return event.trade.aggressor == 0 or _is_known(event.trade.aggressor, common.Side)
    if body != "status":
        return True
    if event.status.HasField("definition"):
        named = event.status.definition.instrument
        venue = dict(common.Venue.items()).get(f"VENUE_{topic.venue.upper()}")
        if (named.venue, named.symbol) != (venue, topic.symbol):
            return False  # the rules of another instrument
    return _is_known(event.status.state, market.InstrumentState)


def _check(message: Any) -> None:
    """@raises ValueError: the message breaks the contract"""
    if message.epoch == 0:
        raise ValueError("epoch is missing")
    if message.sequence == 0 and not message.is_snapshot:
        raise ValueError("sequence is missing")
    for event in message.events:
        body = event.WhichOneof("body")
        if body not in ("book_snapshot", "book_change"):
            continue
        book = getattr(event, body)
        if len(book.bid_prices) != len(book.bid_sizes) or len(book.ask_prices) != len(book.ask_sizes):
            raise ValueError(f"{body}: prices and sizes differ in length")


class Follower:
    """Bytes to events, with nothing lost unnoticed: the rules of libs/feed/include/feed/intake.hpp.

    A gap or a restart of the publisher leaves a book or status out of sync until a snapshot comes, and so does an event
    of a newer version in a book; book changes until then are marked TRUST_RESYNCING. A ticker is whole by itself.
    Trades that were lost stay lost. It asks for nothing itself: `due` says what must be asked for. Times are seconds of
    a steady clock.
    """

    def __init__(self) -> None:
        self.counts = Counts()
        self._topics: dict[str, _State] = {}
        self._asking: dict[str, _Asking] = {}

    def read(self, topic: str, payload: bytes, now: float) -> Arrival | None:
        """@returns None for what is malformed, or was seen before; both are counted"""
        self.counts.messages += 1
        try:
            state = self._topics.get(topic) or _State(topic, parse_topic(topic))
            message = market.MarketMessage.FromString(payload)
            _check(message)
        except (ValueError, DecodeError) as fault:
            self.counts.malformed += 1
            self.counts.complaint = f"{topic}: {fault}"
            return None
        self._topics[topic] = state
        return self._take(state, message, now)

    def is_synced(self, topic: str) -> bool:
        return topic in self._topics and self._topics[topic].is_synced

    def due(self, now: float) -> list[str]:
        """The topics whose snapshot must be asked for now. One that gets no answer is due again."""
        out = []
        for topic, asking in self._asking.items():
            if asking.at <= now:
                asking.at, asking.wait = now + asking.wait, min(2 * asking.wait, LONGEST_WAIT)
                out.append(topic)
        return out

    def next_due(self) -> float:
        """When `due` has something to say; infinity: not before another message."""
        return min((x.at for x in self._asking.values()), default=math.inf)

    def _take(self, state: _State, message: Any, now: float) -> Arrival | None:
        if message.is_snapshot:
            order = state.sequence.observe(message.epoch, message.sequence + 1, 0)
        else:
            order = state.sequence.observe(message.epoch, message.sequence, len(message.events))
        # every subscriber of a topic receives the snapshot that one of them asked for
        is_for_others = (message.is_snapshot and state.is_synced and order.kind is Continuity.IN_ORDER
                         and _is_live(message.events))
        if order.kind is Continuity.DUPLICATE or is_for_others:
            self.counts.duplicates += 1
            return None
        fresh = message.events[order.seen:]
        events = [x for x in fresh if _is_readable(x, state.topic)]
        got = Arrival(state.topic, message.is_snapshot, order, events)
        self._count(got, len(fresh) - len(events))
        self._judge(got, state, len(fresh) == len(events), now)
        got.is_synced = state.is_synced
        return got

    def _count(self, got: Arrival, unreadable: int) -> None:
        self.counts.events += len(got.events)
        self.counts.unreadable += unreadable
        self.counts.snapshots += got.is_snapshot
        self.counts.gaps += got.order.kind is Continuity.GAP
        self.counts.lost += got.order.lost
        self.counts.new_epochs += got.order.kind is Continuity.NEW_EPOCH

    def _judge(self, got: Arrival, state: _State, is_readable: bool, now: float) -> None:
        is_loss = got.order.kind in LOSSES
        match got.topic.channel:
            case "ticker":
                state.is_synced = _is_live(got.events)  # if not, its source mends it, unasked
            case "trades":
                state.is_synced = True
            case "status":
                if got.is_snapshot or got.order.kind is Continuity.FIRST:
                    self._regain(state)
                elif is_loss:
                    self._lose(state, now)
            case "book":
                if not got.is_snapshot and (is_loss or not is_readable):
                    self._lose(state, now)
                self._judge_book(got, state, now)

    def _judge_book(self, got: Arrival, state: _State, now: float) -> None:
        for event in got.events:
            if event.trust != market.TRUST_LIVE:
                state.is_synced = False
            elif event.HasField("book_snapshot"):
                self._regain(state)
            elif not state.is_synced:
                event.trust = market.TRUST_RESYNCING
        # a subscriber is sent a snapshot without asking; only when none comes must it ask
        if not state.is_synced and state.name not in self._asking:
            self._lose(state, now + FIRST_WAIT)

    def _lose(self, state: _State, ask_at: float) -> None:
        state.is_synced = False
        self._asking[state.name] = _Asking(ask_at)

    def _regain(self, state: _State) -> None:
        state.is_synced = True
        self._asking.pop(state.name, None)
