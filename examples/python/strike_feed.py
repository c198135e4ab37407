"""Market data from a Strike bus: a gateway, a router or `strike-replay`.

    feed = Feed("tcp://127.0.0.1:5550")
    feed.subscribe(prefix_of("deribit:BTC-PERPETUAL", "book"))
    while True:
        for arrival in feed.receive(wait=1.0):
            ...

A message is two frames, the topic and a `strike.v1.MarketMessage`. One thread.
"""

import math
import time

import zmq

from strike_follower import Arrival, Follower

MOST_AT_ONCE = 256  # messages that one `receive` returns
HIGHEST_WATER = 10_000  # messages that wait for us, as in libs/bus; beyond, they are lost and seen as a gap


def prefix_of(instrument: str, channel: str) -> str:
    """What to subscribe to: `deribit:BTC-PERPETUAL` for one channel of one instrument; `deribit:BTC-27NOV26-*` for
    ticker and status, whatever `channel` says, of all that start so: books and trades are asked for one by one.

    @raises ValueError: neither of the two
    """
    venue, colon, symbol = instrument.partition(":")
    start = symbol.removesuffix("*")
    if not (venue and colon and symbol) or "/" in instrument or "*" in venue + start:
        raise ValueError(f"instrument '{instrument}' is neither venue:symbol nor venue:start*")
    return f"md/{venue}/{start}" if start != symbol else f"md/{venue}/{symbol}/{channel}/"


class Feed:
    """A connection to one publisher, which need not be there yet; it is found again when it comes back.

    While it is away nothing arrives, and what is known grows old: who acts on a price looks at `venue_ns`, too.
    """

    def __init__(self, endpoint: str) -> None:
        """@param endpoint `tcp://host:port` or `ipc://file`
        @raises ValueError: it cannot be connected to"""
        self.follower = Follower()
        self._prefixes: set[str] = set()
        self._socket = zmq.Context.instance().socket(zmq.SUB)
        for option, value in ((zmq.RCVHWM, HIGHEST_WATER), (zmq.LINGER, 0), (zmq.RECONNECT_IVL, 100),
                              (zmq.RECONNECT_IVL_MAX, 5_000), (zmq.HEARTBEAT_IVL, 2_000),
                              (zmq.HEARTBEAT_TIMEOUT, 6_000)):
            self._socket.setsockopt(option, value)
        try:
            self._socket.connect(endpoint)
        except zmq.ZMQError as fault:
            self._socket.close()
            raise ValueError(f"endpoint '{endpoint}': {fault}; expected tcp://host:port or ipc://file") from None

    def subscribe(self, prefix: str) -> None:
        """All topics that start so, now and after every reconnect. The last values come at once."""
        if prefix in self._prefixes:
            return
        self._prefixes.add(prefix)
        self._socket.subscribe(prefix)

    def receive(self, wait: float) -> list[Arrival]:
        """Returns what is there, after at most `wait` seconds; asks for the snapshots that are missing."""
        now = time.monotonic()
        for topic in self.follower.due(now):
            self._ask_again(topic)
        wait = max(0.0, min(wait, self.follower.next_due() - now))
        arrivals: list[Arrival] = []
        if not self._socket.poll(math.ceil(wait * 1000)):
            return arrivals
        for _ in range(MOST_AT_ONCE):
            try:
                frames = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            got = self._read(frames)
            if got is not None:
                arrivals.append(got)
        return arrivals

    def close(self) -> None:
        self._socket.close()

    def _read(self, frames: list[bytes]) -> Arrival | None:
        if len(frames) != 2:
            self.follower.counts.malformed += 1
            self.follower.counts.complaint = f"{len(frames)} frames, not 2"
            return None
        return self.follower.read(frames[0].decode(errors="replace"), frames[1], time.monotonic())

    def _ask_again(self, topic: str) -> None:
        """A publisher sends a snapshot to whoever joins: leave and join, or the other way round where only a shorter
        prefix is subscribed."""
        first, second = self._socket.unsubscribe, self._socket.subscribe
        if topic not in self._prefixes:
            first, second = second, first
        first(topic)
        second(topic)
