"""Orders over the bus: the rules without a socket, the connection with a made-up exec, the command with the real one.

STRIKE_EXEC names the program."""

import examples_on_path

import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import zmq

from place_and_cancel import Errand
from strike_exec import Exec
from strike_orders import ASK_AGAIN_S, Orders, Update, base36, instrument_of, nanos_of, state_text
from strike_proto import common, market, order

EXEC = os.environ.get("STRIKE_EXEC", "")
PATIENCE = 60.0  # seconds until a test gives up
EPOCH, OUR_EPOCH = 1_700_000_000_000_000_000, 36**3
NAME = "deribit:BTC-PERPETUAL"
PENDING, OPEN, PARTIAL = order.ORDER_STATE_PENDING, order.ORDER_STATE_OPEN, order.ORDER_STATE_PARTIALLY_FILLED
FILLED, CANCELLED = order.ORDER_STATE_FILLED, order.ORDER_STATE_CANCELLED
REJECTED, UNKNOWN = order.ORDER_STATE_REJECTED, order.ORDER_STATE_UNKNOWN


def wanted(size="10"):
    return order.PlaceOrder(instrument=instrument_of(NAME), side=common.SIDE_BUY, type=order.ORDER_TYPE_LIMIT,
                            limit=nanos_of("50000.5"), size=nanos_of(size), time_in_force=order.TIME_IN_FORCE_GTC,
                            post_only=True)


def change(client_id, state, filled=0, remaining=0, fill=0, **more):
    """@param fill size of the fill that it tells of; 0: none"""
    made = order.OrderChange(client_id=client_id, order_id=int(client_id.rpartition("-")[2]), state=state,
                             instrument=instrument_of(NAME), filled=filled, remaining=remaining, **more)
    if fill:
        made.fill.side, made.fill.size = common.SIDE_BUY, fill
    return made


def message(sequence, epoch=EPOCH, version=1, strategy="py", **body):
    return order.OrderUpdate(version=version, epoch=epoch, sequence=sequence, strategy=strategy,
                             **body).SerializeToString()


class OrdersTest(unittest.TestCase):
    def setUp(self):
        self.sent, self.takes, self.now = [], True, 100.0
        self.orders = Orders("py", OUR_EPOCH, self.send, lambda: self.now)

    def send(self, payload):
        if self.takes:
            self.sent.append(order.OrderRequest.FromString(payload))
        return self.takes

    def told(self, *messages):
        for x in messages:
            self.orders.read(x)
        return [(x.client_id, x.state, x.filled, x.reason) for x in self.orders.updates()]

    def start(self, **account):
        """Connected, the account told as message 1."""
        self.orders.on_connected()
        return self.told(message(1, account=order.AccountSnapshot(**account)))

    def test_the_account_is_asked_for_first_and_no_order_leaves_before_the_answer(self):
        first = self.orders.place(wanted())
        self.orders.on_connected()
        second = self.orders.place(wanted())
        self.assertEqual([x.WhichOneof("body") for x in self.sent], ["ask_account"])
        self.assertEqual(self.told(), [
            (first, REJECTED, 0, "exec is not connected: the order was not sent"),
            (second, REJECTED, 0, "exec has not yet said how the account stands: the order was not sent")])
        self.assertFalse(self.orders.is_ready)
        self.told(message(1, account=order.AccountSnapshot()))
        self.assertTrue(self.orders.is_ready)

    def test_an_answer_that_does_not_come_is_asked_for_again(self):
        self.orders.on_connected()
        self.orders.place(wanted())
        self.assertEqual(len(self.sent), 1)
        self.now += ASK_AGAIN_S
        self.orders.place(wanted())
        self.orders.place(wanted())
        self.assertEqual([x.WhichOneof("body") for x in self.sent], ["ask_account", "ask_account"])

    def test_an_order_leaves_with_ids_and_an_envelope_that_counts(self):
        self.start()
        one, two = self.orders.place(wanted()), self.orders.place(wanted())
        self.assertEqual((one, two), ("py-1000-1", "py-1000-2"))
        self.assertEqual([(x.version, x.epoch, x.sequence, x.strategy) for x in self.sent],
                         [(1, OUR_EPOCH, n, "py") for n in (1, 2, 3)])
        placed = self.sent[2].place
        self.assertEqual((placed.client_id, placed.order_id, placed.limit, placed.size, placed.post_only),
                         (two, 2, 50_000_500_000_000, 10_000_000_000, True))
        self.assertEqual(self.told(), [], "nothing is known of them yet")

    def test_an_order_lives_until_its_end_and_its_fills_are_held(self):
        self.start(positions=[order.StrategyPosition(instrument=instrument_of(NAME), size=-2)])
        one = self.orders.place(wanted())
        self.assertEqual(self.told(message(2, change=change(one, OPEN, remaining=10)),
                                   message(3, change=change(one, PARTIAL, 4, 6, fill=4))),
                         [(one, OPEN, 0, ""), (one, PARTIAL, 4, "")])
        self.assertTrue(self.orders.cancel(one))
        self.assertEqual(self.sent[-1].cancel.client_id, one)
        self.assertEqual(self.told(message(4, change=change(one, CANCELLED, 4, reason="by request"))),
                         [(one, CANCELLED, 4, "by request")])
        self.assertEqual(self.orders.positions, {(common.VENUE_DERIBIT, "BTC-PERPETUAL"): 2})
        self.assertFalse(self.orders.cancel(one), "it has ended")

    def test_a_word_after_the_end_is_told_but_not_of_an_earlier_start(self):
        self.start()
        one = self.orders.place(wanted())
        self.assertEqual(self.told(message(2, change=change(one, CANCELLED)),
                                   message(3, change=change(one, FILLED, 10)),
                                   message(4, change=change("py-zzz-1", CANCELLED))),
                         [(one, CANCELLED, 0, ""), (one, FILLED, 10, "")])

    def test_after_a_lost_link_an_order_is_unknown_until_exec_has_told(self):
        self.start()
        one, two, three = [self.orders.place(wanted()) for _ in range(3)]
        self.told(message(2, change=change(one, PARTIAL, 4, 6, fill=4)))
        self.orders.on_disconnected("gone")
        why = "the connection to exec has ended: gone"
        self.assertEqual(self.told(), [(one, UNKNOWN, 4, why), (two, UNKNOWN, 0, why), (three, UNKNOWN, 0, why)])
        self.orders.on_disconnected("gone")
        late = self.orders.place(wanted())
        self.assertEqual(self.told(), [(late, REJECTED, 0, f"{why}: the order was not sent")], "told once")
        self.orders.on_connected()
        self.assertEqual(list(self.sent[-1].ask_account.client_ids), [one, two, three])
        never_seen = order.OrderChange(client_id=one, state=CANCELLED, reason="exec does not know this order")
        self.assertEqual(
            self.told(message(3, account=order.AccountSnapshot(orders=[change(two, OPEN, remaining=10),
                                                                       change(three, FILLED, 10), never_seen]))),
            [(two, OPEN, 0, ""), (three, FILLED, 10, ""), (one, CANCELLED, 4, "exec does not know this order")])
        self.assertTrue(self.orders.is_ready)
        self.assertTrue(self.orders.cancel(two))

    def test_a_gap_has_the_account_asked_for_and_what_was_lost_is_told_with_it(self):
        self.start()
        one, two = self.orders.place(wanted()), self.orders.place(wanted())
        self.assertEqual(self.told(message(3, change=change(two, OPEN))), [(two, OPEN, 0, "")])
        self.assertEqual((self.orders.counts.gaps, list(self.sent[-1].ask_account.client_ids)), (1, [one, two]))
        self.assertTrue(self.orders.is_ready)
        self.assertEqual(self.told(message(4, account=order.AccountSnapshot(orders=[change(one, FILLED, 10),
                                                                                    change(two, OPEN)]))),
                         [(one, FILLED, 10, "")], "the other stands as before")
        self.assertEqual(self.orders.counts.gaps, 1)

    def test_a_restart_of_exec_leaves_orders_unknown_until_it_has_told(self):
        self.start()
        one = self.orders.place(wanted())
        self.assertEqual(self.told(message(1, epoch=EPOCH + 1, change=change("py-zzz-1", CANCELLED))),
                         [(one, UNKNOWN, 0, "exec was restarted")])
        self.assertFalse(self.orders.is_ready)
        self.assertEqual(self.sent[-1].WhichOneof("body"), "ask_account")

    def test_what_the_connection_does_not_take_is_rejected_and_not_counted(self):
        self.start()
        self.takes = False
        one = self.orders.place(wanted())
        self.assertEqual(self.told(),
                         [(one, REJECTED, 0, "the connection to exec took no message: the order was not sent")])
        self.takes = True
        self.orders.place(wanted())
        self.assertEqual(self.sent[-1].sequence, 2)

    def test_what_it_cannot_read_is_counted_and_changes_nothing(self):
        self.start()
        one = self.orders.place(wanted())
        self.assertEqual(self.told(message(2, version=9, change=change(one, FILLED, 10)),
                                   message(3, change=change(one, 99)), message(4, change=change(one, 0)),
                                   message(5)), [])
        self.assertEqual(self.orders.counts.unreadable, 4)
        for payload, why in ((b"", "missing"), (b"\xff", "parsing"), (message(6, epoch=0), "missing"),
                             (message(6, strategy="other"), "'other'")):
            self.assertEqual(self.told(payload), [])
            self.assertIn(why, self.orders.counts.complaint)
        self.assertEqual((self.orders.counts.malformed, self.orders.counts.gaps), (4, 0))

    def test_names_that_make_no_client_id_are_refused(self):
        for name, why in (("", "may hold"), ("a/b", "may hold"), ("x" * 30, "too long")):
            with self.assertRaisesRegex(ValueError, why):
                Orders(name, EPOCH, self.send)


class ValuesTest(unittest.TestCase):
    def test_decimals_are_exact(self):
        self.assertEqual([nanos_of(x) for x in ("0.1", "50000.5", "0.000000001", "-3")],
                         [100_000_000, 50_000_500_000_000, 1, -3_000_000_000])
        for text in ("0.0000000001", "1e30", "x", "nan", ""):
            with self.assertRaises(ValueError):
                nanos_of(text)

    def test_instruments_are_read_whole(self):
        got = instrument_of("polymarket:123")
        self.assertEqual((got.venue, got.symbol), (common.VENUE_POLYMARKET, "123"))
        for text in ("BTC-PERPETUAL", "deribit:", "nowhere:X", "unspecified:X"):
            with self.assertRaises(ValueError):
                instrument_of(text)

    def test_texts(self):
        self.assertEqual([base36(x) for x in (0, 35, 36, 46_655)], ["0", "z", "10", "zzz"])
        self.assertEqual(state_text(PARTIAL), "partially_filled")


class FakeOrders:
    def __init__(self):
        self.is_ready, self.takes, self.did = False, True, []

    def place(self, _):
        self.did.append("place")
        return "py-1-1"

    def cancel(self, _):
        self.did.append("cancel")
        return self.takes


class ErrandTest(unittest.TestCase):
    def setUp(self):
        self.orders = FakeOrders()
        self.errand = Errand(self.orders, wanted(), rest=5.0)

    def go(self, now, *states):
        for x in states:
            self.errand.take(Update("py-1-1", 1, x), now)
        self.errand.step(now)
        return self.orders.did

    def test_it_waits_for_exec_rests_from_open_on_and_cancels_once(self):
        self.assertEqual(self.go(0.0), [])
        self.orders.is_ready = True
        self.assertEqual(self.go(1.0), ["place"])
        self.assertEqual(self.go(9.0, PENDING), ["place"])
        self.assertEqual(self.go(10.0, OPEN), ["place"])
        self.assertEqual(self.go(14.0, PARTIAL), ["place"])
        self.assertEqual(self.go(15.0), ["place", "cancel"])
        self.assertEqual(self.go(16.0), ["place", "cancel"])
        self.assertEqual((self.go(17.0, CANCELLED), self.errand.went_well), (["place", "cancel"], True))

    def test_a_cancellation_that_was_not_sent_or_may_be_lost_is_repeated(self):
        self.orders.is_ready, self.orders.takes = True, False
        self.go(0.0)
        self.go(0.0, OPEN)
        self.go(5.0)
        self.orders.takes = True
        self.assertEqual(self.go(6.0), ["place", "cancel", "cancel"])
        self.orders.is_ready = False
        self.assertEqual(len(self.go(7.0, UNKNOWN)), 3)
        self.orders.is_ready = True
        self.assertEqual(len(self.go(8.0, OPEN)), 4)

    def test_in_a_hurry_it_does_not_rest(self):
        self.orders.is_ready = True
        self.go(0.0)
        self.errand.hurry()
        self.assertEqual(self.go(0.0, PENDING), ["place", "cancel"])

    def test_what_never_rested_did_not_go_well(self):
        for end in (REJECTED, FILLED, CANCELLED):
            self.setUp()
            self.orders.is_ready = True
            self.go(0.0)
            self.go(0.0, end)
            self.assertEqual((self.errand.is_over, self.errand.went_well), (True, False))


class BusTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.endpoint = f"ipc://{self.folder}/orders"


class ExecTest(BusTest):
    """Against an exec in the test, which can go away when it likes."""

    def setUp(self):
        super().setUp()
        self.sequence = 0
        self.bind()
        self.desk = Exec(self.endpoint, "py")
        self.addCleanup(self.desk.close)

    def bind(self):
        self.exec = zmq.Context.instance().socket(zmq.ROUTER)
        self.addCleanup(self.exec.close, 0)
        self.exec.bind(self.endpoint)

    def heard(self):
        """The body of the next request; the connection works while exec waits."""
        limit = time.monotonic() + PATIENCE
        while not self.exec.poll(10):
            self.assertLess(time.monotonic(), limit, "no request")
            self.desk.receive(0.0)
        self.peer, payload = self.exec.recv_multipart()
        return order.OrderRequest.FromString(payload).WhichOneof("body")

    def answer(self, **body):
        self.sequence += 1
        self.exec.send_multipart([self.peer, message(self.sequence, **body)])

    def until(self, is_so):
        limit = time.monotonic() + PATIENCE
        told = []
        while not is_so(told):
            self.assertLess(time.monotonic(), limit, f"told: {told}")
            told += [(x.client_id, x.state) for x in self.desk.receive(0.1)]
        return told

    def test_orders_go_there_and_back_and_an_exec_that_goes_away_leaves_them_unknown(self):
        early = self.desk.orders.place(wanted())
        self.assertEqual(self.until(lambda told: told), [(early, REJECTED)])
        self.assertEqual(self.heard(), "ask_account")
        self.answer(account=order.AccountSnapshot())
        self.until(lambda _: self.desk.orders.is_ready)
        one = self.desk.orders.place(wanted())
        self.assertEqual(self.heard(), "place")
        self.answer(change=change(one, OPEN, remaining=10))
        self.assertEqual(self.until(lambda told: told), [(one, OPEN)])

        self.exec.close(0)
        self.assertEqual(self.until(lambda told: told), [(one, UNKNOWN)])
        two = self.desk.orders.place(wanted())
        self.assertEqual(self.until(lambda told: told), [(two, REJECTED)])
        # ZeroMQ closes by and by: a moment longer the old end may take a connection
        self.until(lambda _: not self.desk.orders.cancel(one))
        self.bind()
        self.assertEqual(self.heard(), "ask_account")
        self.answer(account=order.AccountSnapshot(orders=[change(one, CANCELLED)]))
        self.assertEqual(self.until(lambda told: told), [(one, CANCELLED)])

    def test_an_endpoint_that_is_none_is_named(self):
        with self.assertRaisesRegex(ValueError, "endpoint 'nowhere'"):
            Exec("nowhere", "py")


class Market(threading.Thread):
    """Stands where a gateway stands: each subscriber of a ticker gets one, of now."""

    def __init__(self, endpoint):
        super().__init__(daemon=True)
        self.socket = zmq.Context.instance().socket(zmq.XPUB)
        self.socket.bind(endpoint)
        self.over = threading.Event()
        self.sequence = 0

    def run(self):
        topics = set()
        while not self.over.is_set():
            if self.socket.poll(50):
                heard = self.socket.recv()
                if heard[:1] == b"\1" and heard.endswith(b"/ticker/"):
                    topics.add(heard[1:])
            for topic in topics:
                self.socket.send_multipart([topic, self.tick()])
        self.socket.close(0)

    def tick(self):
        self.sequence += 1
        now, lot = time.time_ns(), nanos_of("1000")
        quote = market.Ticker(best_bid=nanos_of("50000"), best_ask=nanos_of("50001"), best_bid_size=lot,
                              best_ask_size=lot, mark=50000.5, index=50000.0)
        event = market.MarketEvent(venue_ns=now, recv_ns=now, trust=market.TRUST_LIVE, ticker=quote)
        return market.MarketMessage(epoch=1, sequence=self.sequence, events=[event]).SerializeToString()


@unittest.skipUnless(EXEC, "STRIKE_EXEC does not name the program strike-exec")
class CommandTest(BusTest):
    """place_and_cancel.py with strike-exec, on paper."""

    def setUp(self):
        super().setUp()
        self.market = Market(f"ipc://{self.folder}/md")
        self.market.start()
        self.addCleanup(self.market.join)
        self.addCleanup(self.market.over.set)
        config = self.folder / "strike.toml"
        config.write_text(f'[exec]\nupstream = ["ipc://{self.folder}/md"]\nlisten = "{self.endpoint}"\n'
                          f'publish = "ipc://{self.folder}/ord"\ncontrol = "ipc://{self.folder}/control"\n')
        self.desk = subprocess.Popen([EXEC, "--config", str(config), "--health", "127.0.0.1:0"], text=True,
                                     cwd=self.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end_desk)

    def end_desk(self):
        self.desk.terminate()
        self.desk.communicate(timeout=PATIENCE)

    def command(self, *arguments):
        """@returns exit code, the states, stdout with stderr"""
        got = subprocess.run([sys.executable, "-B", str(examples_on_path.EXAMPLES / "place_and_cancel.py"),
                              "--endpoint", self.endpoint, "--instrument", NAME, "--side", "buy", "--rest", "0.1",
                              *arguments], capture_output=True, text=True, timeout=PATIENCE)
        states = [x.split()[2] for x in got.stdout.splitlines()]
        return got.returncode, states, got.stdout + got.stderr

    def test_an_order_rests_and_is_cancelled(self):
        code, states, all_ = self.command("--size", "10", "--limit", "49000")
        self.assertEqual((code, states), (0, ["open", "cancelled"]), all_)
        self.assertIn(" cancelled 0 0", all_)

    def test_a_second_start_of_the_same_name_has_client_ids_of_its_own(self):
        ids = [self.command("--size", "10", "--limit", "49000")[2].split()[1] for _ in range(2)]
        self.assertNotEqual(*ids)

    def test_what_exec_refuses_is_told_with_the_reason(self):
        code, states, all_ = self.command("--size", "10", "--limit", "60000")
        self.assertEqual((code, states), (1, ["rejected"]), all_)
        self.assertIn("collar", all_)

    def test_what_it_cannot_read_is_named(self):
        for arguments, why in ((("--size", "0", "--limit", "1"), "size '0'"),
                               (("--size", "x", "--limit", "1"), "'x'"),
                               (("--size", "1", "--limit", "1", "--instrument", "X"), "instrument 'X'")):
            code, _, all_ = self.command(*arguments)
            self.assertEqual(code, 2)
            self.assertIn(why, all_)


if __name__ == "__main__":
    unittest.main()
