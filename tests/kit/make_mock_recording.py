#!/usr/bin/env python3
"""Writes the bundled mock recording: a made-up quarter of an hour of Deribit around an expiry, for a first run
without market data of one's own. Nothing in it was ever quoted.

    python3 tests/kit/make_mock_recording.py | zstd -19 -f -o services/replay/data/mock.jsonl.zst

The same seed gives the same bytes. BTC and ETH walk at random, correlated, with a few trends. Perpetuals have a book
(snapshots and chained changes), tickers that show the touch of that book, and trades that print at the touch. Options
are priced by Black-76 with a smile, rate 0, T = time to 08:00 UTC / 365 days, in coin and on Deribit's tick grid; one
expires inside the recording.
"""

import heapq
import json
import math
import random
import sys
from datetime import datetime, timezone

SEED = 20261127
YEAR_MS = 365 * 86_400_000
EXPIRY = {
    "27NOV26": datetime(2026, 11, 27, 8, tzinfo=timezone.utc),
    "4DEC26": datetime(2026, 12, 4, 8, tzinfo=timezone.utc),
    "25DEC26": datetime(2026, 12, 25, 8, tzinfo=timezone.utc),
}
SETTLE_MS = int(EXPIRY["27NOV26"].timestamp() * 1000)
START_MS, END_MS = SETTLE_MS - 600_000, SETTLE_MS + 300_000
WALK_MS = SETTLE_MS - 1_800_000  # the walk begins with Deribit's 30-minute delivery window
GRID_MS = 250
SNAPSHOT_MS = 120_000

COINS = {  # lot and size: USD for perpetuals (inverse), coin for options
    "BTC": dict(start=90_400.0, vol=0.42, tick=0.5, lot=10, size=40_000, option_lot=0.1, option_size=20, atm=0.46),
    "ETH": dict(start=3_015.0, vol=0.58, tick=0.05, lot=1, size=25_000, option_lot=1, option_size=150, atm=0.61),
}
# seconds after START_MS, and the log return spread over them
TRENDS = [(60, 150, 0.0075), (210, 300, -0.0100), (420, 480, 0.0060), (660, 780, 0.0110), (800, 860, -0.0050)]
OPTIONS = {
    "BTC": ["27NOV26-90000-C", "4DEC26-86000-P", "4DEC26-90000-C", "4DEC26-90000-P", "4DEC26-94000-C",
            "25DEC26-80000-P", "25DEC26-90000-C", "25DEC26-100000-C"],
    "ETH": ["4DEC26-2900-P", "4DEC26-3000-C", "4DEC26-3100-C", "25DEC26-2800-P", "25DEC26-3000-C", "25DEC26-3200-C"],
}


def normal_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def normal_pdf(x):
    return math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def black_price(forward, strike, years, vol, is_call):
    """USD. Source: Black (1976) with rate 0."""
    spread = vol * math.sqrt(years)
    d1 = math.log(forward / strike) / spread + 0.5 * spread
    sign = 1 if is_call else -1
    return sign * (forward * normal_cdf(sign * d1) - strike * normal_cdf(sign * (d1 - spread)))


def implied_vol(coin_price, forward, strike, years, is_call):
    """By bisection; None outside 1 % to 500 %."""
    low, high = 0.01, 5.0
    usd = coin_price * forward
    if not black_price(forward, strike, years, low, is_call) < usd < black_price(forward, strike, years, high, is_call):
        return None
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if black_price(forward, strike, years, middle, is_call) < usd else (low, middle)
    return round(low, 4)


def greeks(forward, strike, years, vol, is_call):
    """As Deribit scales them: vega a vol point, theta a day, rho a percentage point; gamma with more digits."""
    spread = vol * math.sqrt(years)
    d1 = math.log(forward / strike) / spread + 0.5 * spread
    sign = 1 if is_call else -1
    decay = -forward * normal_pdf(d1) * vol / (2 * math.sqrt(years))
    return {
        "delta": round(sign * normal_cdf(sign * d1), 5),
        "gamma": round(normal_pdf(d1) / (forward * spread), 8),
        "vega": round(forward * normal_pdf(d1) * math.sqrt(years) / 100, 5),
        "theta": round(decay * min(1 / 365, years), 5) + 0.0,  # no -0.0
        "rho": round(sign * strike * years * normal_cdf(sign * (d1 - spread)) / 100, 5),
    }


def walks(rng):
    """The index of each coin on the grid from WALK_MS to END_MS."""
    paths = {coin: [x["start"]] for coin, x in COINS.items()}
    root = math.sqrt(GRID_MS / YEAR_MS)
    for ms in range(WALK_MS, END_MS, GRID_MS):
        seconds = (ms - START_MS) / 1000
        drift = sum(total * GRID_MS / 1000 / (end - begin) for begin, end, total in TRENDS if begin <= seconds < end)
        common = rng.gauss(0, 1)
        for coin, x in COINS.items():
            own = common if coin == "BTC" else 0.85 * common + math.sqrt(1 - 0.85**2) * rng.gauss(0, 1)
            paths[coin].append(paths[coin][-1] * math.exp(drift * x["vol"] / 0.42 + x["vol"] * root * own))
    return paths


class Recording:
    """Stamps lines with a receive time 1 to 4 ms after the venue's, never before that of the line ahead."""

    def __init__(self, rng):
        self.rng, self.recv_ns = rng, 0

    def write(self, head, tail):
        self.recv_ns = max(self.recv_ns + 1, head["timestamp"] * 1_000_000 + self.rng.randrange(1_000_000, 4_000_000))
        line = {**head, "venue": "deribit", "recv_ns": self.recv_ns, **tail}
        sys.stdout.write(json.dumps({k: v for k, v in line.items() if v is not None}, separators=(",", ":")) + "\n")


class Perpetual:
    """A book of up to ten levels a side, in ticks, that follows the index."""

    def __init__(self, coin, path, rng, out):
        self.coin, self.path, self.rng, self.out = coin, path, rng, out
        self.name, self.rules = coin + "-PERPETUAL", COINS[coin]
        self.bids, self.asks, self.shown = {}, {}, ({}, {})
        self.sequence, self.trade_id = rng.randrange(10**9, 2 * 10**9), rng.randrange(10**8, 2 * 10**8)
        self.basis, self.last, self.next_snapshot_ms = 0.0, None, START_MS
        self.interest = 1_000_000_000 if coin == "BTC" else 400_000_000

    def index(self, ms):
        return self.path[(ms - WALK_MS) // GRID_MS]

    def price(self, ticks):
        return round(ticks * self.rules["tick"], 2)

    def size(self):
        return max(1, round(self.rules["size"] * self.rng.lognormvariate(-0.7, 0.8) / self.rules["lot"])) * self.rules["lot"]

    def move(self, ms):
        """Puts the touch around the index plus the basis; levels behind it stay where they are."""
        self.basis = 0.97 * self.basis + self.rng.gauss(0, 0.000004)
        middle = self.index(ms) * (1 + self.basis) / self.rules["tick"]
        bid = math.floor(middle - self.rng.choice([0.0, 0.0, 0.0, 0.5]))
        ask = max(bid + 1, math.ceil(middle))
        self.bids = self.refill({p: s for p, s in self.bids.items() if p <= bid}, bid, -1)
        self.asks = self.refill({p: s for p, s in self.asks.items() if p >= ask}, ask, 1)

    def refill(self, levels, touch, away):
        levels.setdefault(touch, self.size())
        if self.rng.random() < 0.4:
            levels[self.rng.choice(sorted(levels))] = self.size()
        while len(levels) < 8:
            levels.setdefault(touch + away * self.rng.randrange(1, 60), self.size())
        return dict(sorted(levels.items(), key=lambda x: away * x[0])[:10])

    def write_trade(self, ms):
        """At the touch, at most what it shows; the book forgets what was taken."""
        up = self.index(ms) >= self.index(ms - 2_000)
        buy = self.rng.random() < (0.65 if up else 0.35)
        levels = self.asks if buy else self.bids
        touch = min(levels) if buy else max(levels)
        lots = levels[touch] // self.rules["lot"]
        taken = min(lots, max(1, round(lots * self.rng.betavariate(1, 3)))) * self.rules["lot"]
        self.last = self.price(touch)
        self.trade_id += self.rng.randrange(1, 4)
        self.interest += self.rng.choice([-1, 0, 1]) * taken
        self.out.write({"type": "trade", "timestamp": ms, "instrument": self.name, "price": self.last, "size": taken,
                        "side": "buy" if buy else "sell", "id": str(self.trade_id)}, {})
        levels[touch] -= taken
        if levels[touch] == 0:
            del levels[touch]

    def write_book(self, ms):
        if ms < self.next_snapshot_ms and self.shown == (self.bids, self.asks):
            return
        previous, self.sequence = self.sequence, self.sequence + self.rng.randrange(1, 60)
        head = {"timestamp": ms, "instrument": self.name, "sequence": self.sequence}
        if ms >= self.next_snapshot_ms:
            self.next_snapshot_ms = ms + SNAPSHOT_MS
            sides = [[[self.price(p), s] for p, s in x.items()] for x in (self.bids, self.asks)]
            self.out.write({"type": "book", **head, "bids": sides[0], "asks": sides[1]}, {})
        else:
            sides = [[[self.price(p), new.get(p, 0)] for p in sorted(old.keys() | new.keys()) if old.get(p) != new.get(p)]
                     for old, new in zip(self.shown, (self.bids, self.asks))]
            self.out.write({"type": "book_change", **head, "previous": previous, "bids": sides[0], "asks": sides[1]}, {})
        self.shown = (dict(self.bids), dict(self.asks))

    def write_ticker(self, ms):
        bid, ask = max(self.bids), min(self.asks)
        self.out.write(
            {"timestamp": ms, "instrument": self.name, "best_bid": self.price(bid), "best_ask": self.price(ask)},
            {"best_bid_size": self.bids[bid], "best_ask_size": self.asks[ask], "last": self.last,
             "mark": round(self.index(ms) * (1 + self.basis), 2), "index": round(self.index(ms), 2),
             "open_interest": self.interest, "funding": round(0.00003 + 0.5 * self.basis, 8)})

    def step(self, ms):
        if self.bids and self.rng.random() < 0.35:
            self.write_trade(ms)
        self.move(ms)
        self.write_book(ms)
        self.write_ticker(ms)
        return self.rng.randrange(600, 1_400)


class Option:
    def __init__(self, coin, name, path, rng, out):
        self.path, self.rng, self.out, self.rules = path, rng, out, COINS[coin]
        date, strike, right = name.split("-")
        self.name, self.strike, self.is_call = f"{coin}-{name}", float(strike), right == "C"
        self.expiry_ms = int(EXPIRY[date].timestamp() * 1000)
        self.interest = rng.randrange(50, 4_000)

    def grid(self, price, up):
        """To Deribit's tick: 0.0001, above 0.005 0.0005."""
        tick = 0.0005 if price > 0.005 else 0.0001
        return round((math.ceil if up else math.floor)(price / tick + (-1e-9 if up else 1e-9)) * tick, 4)

    def size(self):
        lots = max(1, round(self.rules["option_size"] * self.rng.lognormvariate(-0.5, 0.7) / self.rules["option_lot"]))
        return round(lots * self.rules["option_lot"], 1)

    def step(self, ms):
        if ms >= self.expiry_ms:
            return None
        index, years = self.path[(ms - WALK_MS) // GRID_MS], (self.expiry_ms - ms) / YEAR_MS
        forward = index * math.exp(0.06 * years)
        steepness = math.log(self.strike / forward) / math.sqrt(max(years, 7 / 365))
        vol = self.rules["atm"] - 0.08 * math.sqrt(years) - 0.05 * steepness + 0.09 * min(steepness**2, 4)
        mark = black_price(forward, self.strike, years, vol, self.is_call) / forward
        half = max(0.00012, 0.012 * mark)
        bid, ask = self.grid(max(mark - half, 0), False), self.grid(mark + half, True)
        vols = {} if years < 1 / 365 else {
            "bid_iv": implied_vol(bid, forward, self.strike, years, self.is_call),
            "ask_iv": implied_vol(ask, forward, self.strike, years, self.is_call)}
        analytics = greeks(forward, self.strike, years, vol, self.is_call)
        self.out.write(
            {"timestamp": ms, "instrument": self.name, "best_bid": bid or None, "best_ask": ask,
             "delta": analytics.pop("delta")},
            {"best_bid_size": self.size() if bid else None, "best_ask_size": self.size(), "mark": round(mark, 6),
             "index": round(index, 2), "underlying": round(forward, 2), "open_interest": self.interest,
             "mark_iv": round(vol, 4), **vols, **analytics})
        return self.rng.randrange(4_000, 8_000)


class Settlement:
    """The expiring option ends, and pays by the mean of the index over the last half hour."""

    def __init__(self, coin, path, out):
        self.names, self.out = [f"{coin}-{x}" for x in OPTIONS[coin] if x.startswith("27NOV26")], out
        window = path[:(SETTLE_MS - WALK_MS) // GRID_MS]
        self.price = round(sum(window) / len(window), 2)

    def step(self, ms):
        for name in self.names:
            self.out.write({"type": "status", "timestamp": ms, "instrument": name, "state": "expired"}, {})
            self.out.write({"type": "status", "timestamp": ms, "instrument": name, "state": "settled",
                            "settlement": self.price}, {})
        return None


def main():
    rng = random.Random(SEED)
    paths, out = walks(rng), Recording(rng)
    actors = [(START_MS + rng.randrange(0, 500), Perpetual(coin, paths[coin], rng, out)) for coin in COINS]
    actors += [(START_MS + rng.randrange(500, 6_000), Option(coin, name, paths[coin], rng, out))
               for coin in COINS for name in OPTIONS[coin]]
    actors += [(SETTLE_MS, Settlement("BTC", paths["BTC"], out))]
    queue = [(ms, order, actor) for order, (ms, actor) in enumerate(actors)]
    heapq.heapify(queue)
    while queue:
        ms, order, actor = heapq.heappop(queue)
        wait = actor.step(ms) if ms < END_MS else None
        if wait is not None:
            heapq.heappush(queue, (ms + wait, order, actor))


main()
