"""The example strategy on a bus: behind strike-replay, and behind a publisher that loses messages.

STRIKE_REPLAY names the program."""

import examples_on_path

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path

import zmq

from momentum import Momentum, price_text, time_text
from strike_feed import Feed, prefix_of
from strike_follower import Continuity
from strike_proto import market

REPLAY = os.environ.get("STRIKE_REPLAY", "")
PATIENCE = 60.0  # seconds until a test gives up
FIRST_MS = 1_700_000_000_000
BTC, ETH = "BTC-PERPETUAL", "ETH-PERPETUAL"


def line(symbol, ms, bid, ask):
    """A ticker as recorded; prices as text, so that they stay exact."""
    what = {"timestamp": FIRST_MS + ms, "instrument": symbol, "venue": "deribit"}
    return f'{json.dumps(what)[:-1]},"best_bid":{bid},"best_ask":{ask}}}\n'


def text_of(ms):
    at = datetime.fromtimestamp((FIRST_MS + ms) // 1000, timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{(FIRST_MS + ms) % 1000:03d}000000Z"


def lines_of(ticks, threshold, lookback):
    """What must be printed: the first tick of each symbol, and the rule once more, over the whole series at once.

    @param ticks (symbol, ms, bid, ask) with prices as text, in order of time"""
    out, mids, last = [], {}, {}
    for symbol, ms, bid, ask in ticks:
        if symbol not in mids:
            out.append(f"snapshot {text_of(ms)} deribit:{symbol} {price_text(int(Fraction(bid) * 10**9))} "
                       f"{price_text(int(Fraction(ask) * 10**9))}")
        seen = mids.setdefault(symbol, [])
        seen.append((Fraction(bid) + Fraction(ask)) / 2)
        if len(seen) <= lookback:
            continue
        move = seen[-1] / seen[-1 - lookback] - 1
        side = "buy" if move > threshold else "sell" if move < -threshold else None
        if side and side != last.get(symbol):
            out.append(f"signal {text_of(ms)} deribit:{symbol} {side} {float(move):+.6f}")
        last[symbol] = side
    return out


class Program:
    """A process whose output is read line by line; killed when patience is over, which ends the reading."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.timer = threading.Timer(PATIENCE, self.process.kill)
        self.timer.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.timer.cancel()
        self.process.communicate()

    def wait_for_err(self, text):
        """@returns stderr up to the line with the text, or to its end"""
        seen = ""
        for x in self.process.stderr:
            seen += x
            if text in x:
                break
        return seen

    def lines_until(self, enough):
        """@returns stdout up to the line for which `enough` is true, or to its end"""
        out = []
        for x in self.process.stdout:
            out.append(x.rstrip("\n"))
            if enough(out[-1]):
                break
        return out

    def end(self):
        """@returns exit code, the rest of stdout and of stderr"""
        out, err = self.process.communicate()
        return self.process.returncode, out, err


class BusTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.endpoint = f"ipc://{self.folder}/md"

    def momentum(self, *arguments):
        return Program(sys.executable, "-B", str(examples_on_path.EXAMPLES / "momentum.py"), "--endpoint", self.endpoint,
                       *arguments)


@unittest.skipUnless(REPLAY, "STRIKE_REPLAY does not name the program strike-replay")
class ReplayTest(BusTest):
    def replay(self, ticks, *arguments):
        file = self.folder / "recording.jsonl"
        file.write_text("".join(line(*x) for x in ticks))
        return Program(REPLAY, "--publish", self.endpoint, "--health", "127.0.0.1:0", *arguments, "--file", str(file))

    def test_a_late_joiner_gets_its_snapshot(self):
        ticks = [(BTC, 0, "100", "101"), (BTC, 7, "60000.5", "60001"), (ETH, 8, "3", "4"), (ETH, 9, "5", "6")]
        with self.replay(ticks, "--start", "at_once") as service:
            self.assertIn("end of recording", service.wait_for_err("end of recording"))
            for who in ("the first, for whom it is an event", "the next, for whom it is a snapshot"):
                with self.subTest(who), self.momentum("--instrument", f"deribit:{BTC}", "--until-silent", "1") as late:
                    code, out, err = late.end()
                    self.assertEqual(code, 0, err)
                    self.assertEqual(out, f"snapshot 2023-11-14T22:13:20.007000000Z deribit:{BTC} 60000.5 60001\n")

    def test_the_signals_are_those_of_the_recorded_moves(self):
        chance = random.Random(1)
        ticks, mid = [], {BTC: 60_000_000, ETH: 3_000_000}  # in thousandths
        for i in range(3_000):
            symbol = chance.choice((BTC, ETH))
            mid[symbol] += round(mid[symbol] * chance.gauss(0, 0.0008))
            text = [f"{x // 1000}.{x % 1000:03d}" for x in (mid[symbol] - 1, mid[symbol] + 1)]
            ticks.append((symbol, i * 10, *text))
        ticks += [(BTC, 40_000 + i, "1000", "1001") for i in range(20)]
        ticks.append((BTC, 50_000, "2000", "2002"))  # doubled: the last signal
        expected = lines_of(ticks, Fraction("0.004"), 20)
        self.assertGreater(len(expected), 50, "the test sees something")
        self.assertTrue(expected[-1].endswith(f"deribit:{BTC} buy +1.000000"))

        with self.momentum("--instrument", f"deribit:{BTC}", "--instrument", "deribit:ETH-*", "--threshold", "0.004",
                           "--lookback", "20") as strategy:
            self.assertIn("listening", strategy.wait_for_err("listening"))
            with self.replay(ticks, "--speed", "20", "--at-end", "exit"):
                lines = strategy.lines_until(lambda x: x == expected[-1])
            strategy.process.terminate()
            code, rest, err = strategy.end()
        self.assertEqual(lines, expected, err)
        self.assertEqual((code, rest), (0, ""))
        self.assertIn("gaps=0 ", err)

    def test_what_it_cannot_read_is_named(self):
        for arguments, why in ((("--instrument", "BTC"), "instrument 'BTC'"), ((), "--instrument"),
                               (("--instrument", "deribit:X", "--threshold", "0"), "--threshold"),
                               (("--instrument", "deribit:X", "--endpoint", "nowhere"), "endpoint 'nowhere'")):
            with self.momentum(*arguments) as refused:
                code, _, err = refused.end()
            self.assertEqual(code, 2)
            self.assertIn(why, err)


class FeedTest(BusTest):
    """Against a publisher in the test, which can lose what it likes."""

    def setUp(self):
        super().setUp()
        self.topic = prefix_of(f"deribit:{BTC}", "book")
        self.publisher = zmq.Context.instance().socket(zmq.XPUB)
        self.publisher.bind(self.endpoint)
        self.addCleanup(self.publisher.close, 0)
        self.feed = Feed(self.endpoint)
        self.addCleanup(self.feed.close)

    def send(self, sequence, is_snapshot=False):
        event = market.MarketEvent(venue_ns=1, trust=market.TRUST_LIVE)
        (event.book_snapshot if is_snapshot else event.book_change).sequence = sequence
        message = market.MarketMessage(epoch=1, sequence=sequence, events=[event], is_snapshot=is_snapshot)
        self.publisher.send_multipart([self.topic.encode(), message.SerializeToString()])

    def receive(self):
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            if got := self.feed.receive(1.0):
                return got
        self.fail("nothing came")

    def demand(self):
        """The next thing that the publisher hears: + for a subscription, - for its end."""
        self.assertTrue(self.publisher.poll(PATIENCE * 1000), "no demand")
        heard = self.publisher.recv()
        return "-+"[heard[0]] + heard[1:].decode()

    def test_a_gap_is_mended_by_leaving_and_joining(self):
        self.feed.subscribe(self.topic)
        self.assertEqual(self.demand(), f"+{self.topic}")
        self.send(3, is_snapshot=True)
        self.assertTrue(self.receive()[0].is_synced)
        self.send(5)
        got, = self.receive()
        self.assertEqual((got.order.kind, got.order.lost, got.is_synced), (Continuity.GAP, 1, False))
        self.feed.receive(0.0)
        self.assertEqual([self.demand(), self.demand()], [f"-{self.topic}", f"+{self.topic}"])
        self.send(5, is_snapshot=True)
        self.assertTrue(self.receive()[0].is_synced)

    def test_under_a_shorter_prefix_it_joins_and_leaves(self):
        self.feed.subscribe("md/deribit/BTC-")
        self.assertEqual(self.demand(), "+md/deribit/BTC-")
        self.send(3, is_snapshot=True)
        self.receive()
        self.send(5)
        self.receive()
        self.feed.receive(0.0)
        self.assertEqual([self.demand(), self.demand()], [f"+{self.topic}", f"-{self.topic}"])
        self.send(6)
        self.assertFalse(self.receive()[0].is_synced, "it is still subscribed, and not yet mended")


class RuleTest(unittest.TestCase):
    def test_a_move_is_a_signal_once_until_it_came_back_or_turned(self):
        rule = Momentum(Fraction("0.01"), 1)
        moves = [rule.on_tick(x, x) for x in (10_000, 10_100, 10_202, 10_303, 10_303, 10_407, 10_300)]
        self.assertEqual([x and (x > 0) - (x < 0) for x in moves], [None, None, 1, None, None, 1, -1],
                         "exactly at the threshold is no signal")

    def test_after_a_gap_the_ticks_count_anew(self):
        rule = Momentum(Fraction("0.01"), 2)
        for x in (100, 100):
            rule.on_tick(x, x)
        rule.forget()
        self.assertEqual([rule.on_tick(x, x) for x in (200, 200)], [None, None])
        self.assertEqual(rule.on_tick(300, 300), Fraction(1, 2))

    def test_texts_are_exact(self):
        self.assertEqual(time_text(1_700_000_000_000_000_001), "2023-11-14T22:13:20.000000001Z")
        self.assertEqual([price_text(x) for x in (100_000_000_000, 500_000_000, 1, 0, None)],
                         ["100", "0.5", "0.000000001", "0", "-"])


if __name__ == "__main__":
    unittest.main()
