"""The rules of epoch, sequence and trust, without a socket."""

import examples_on_path  # noqa: F401

import math
import unittest

from strike_follower import Continuity, Follower, Sequence, Topic, Verdict, decimal_of, nanos, parse_topic
from strike_proto import common, market

BOOK, TICKER = "md/deribit/BTC-PERPETUAL/book/", "md/deribit/BTC-PERPETUAL/ticker/"
STATUS, TRADES = "md/deribit/BTC-PERPETUAL/status/", "md/deribit/BTC-PERPETUAL/trades/"
EPOCH = 1_700_000_000_000_000_000


def event(trust=market.TRUST_LIVE, **body):
    return market.MarketEvent(venue_ns=1, trust=trust, **body)


def whole(price=1):
    return event(book_snapshot=market.BookSnapshot(bid_prices=[price], bid_sizes=[1]))


def change(price=1, trust=market.TRUST_LIVE):
    return event(trust, book_change=market.BookChange(bid_prices=[price], bid_sizes=[2]))


def tick(bid=1, trust=market.TRUST_LIVE):
    return event(trust, ticker=market.Ticker(best_bid=bid, best_ask=bid + 1))


def message(sequence, *events, epoch=EPOCH, is_snapshot=False):
    return market.MarketMessage(epoch=epoch, sequence=sequence, events=events,
                                is_snapshot=is_snapshot).SerializeToString()


class SequenceTest(unittest.TestCase):
    def setUp(self):
        self.sequence = Sequence()
        self.first = self.sequence.observe(EPOCH, 5, 3)  # 5, 6, 7

    def test_the_first_message_tells_nothing_of_what_was_before(self):
        self.assertEqual(self.first, Verdict(Continuity.FIRST))

    def test_the_next_number_is_in_order(self):
        self.assertEqual(self.sequence.observe(EPOCH, 8, 1), Verdict(Continuity.IN_ORDER))
        self.assertEqual(self.sequence.observe(EPOCH, 9, 2), Verdict(Continuity.IN_ORDER))

    def test_a_number_above_the_next_is_a_gap_of_what_lies_between(self):
        self.assertEqual(self.sequence.observe(EPOCH, 10, 1), Verdict(Continuity.GAP, lost=2))
        self.assertEqual(self.sequence.observe(EPOCH, 11, 1), Verdict(Continuity.IN_ORDER))

    def test_what_was_seen_is_a_duplicate_and_changes_nothing(self):
        self.assertEqual(self.sequence.observe(EPOCH, 5, 3), Verdict(Continuity.DUPLICATE, seen=3))
        self.assertEqual(self.sequence.observe(EPOCH, 7, 1), Verdict(Continuity.DUPLICATE, seen=1))
        self.assertEqual(self.sequence.observe(EPOCH, 8, 1), Verdict(Continuity.IN_ORDER))

    def test_of_a_message_that_was_seen_in_part_the_leading_events_are_skipped(self):
        self.assertEqual(self.sequence.observe(EPOCH, 6, 4), Verdict(Continuity.IN_ORDER, seen=2))
        self.assertEqual(self.sequence.observe(EPOCH, 10, 1), Verdict(Continuity.IN_ORDER))

    def test_a_later_epoch_starts_anew_and_an_earlier_one_is_ignored(self):
        self.assertEqual(self.sequence.observe(EPOCH + 1, 1, 1), Verdict(Continuity.NEW_EPOCH))
        self.assertEqual(self.sequence.observe(EPOCH, 8, 1), Verdict(Continuity.DUPLICATE, seen=1))
        self.assertEqual(self.sequence.observe(EPOCH + 1, 2, 1), Verdict(Continuity.IN_ORDER))

    def test_a_snapshot_counts_nothing(self):
        self.assertEqual(self.sequence.observe(EPOCH, 8, 0), Verdict(Continuity.IN_ORDER))
        self.assertEqual(self.sequence.observe(EPOCH, 8, 1), Verdict(Continuity.IN_ORDER))

    def test_a_snapshot_that_is_ahead_shows_what_was_lost_before_it(self):
        self.assertEqual(self.sequence.observe(EPOCH, 12, 0), Verdict(Continuity.GAP, lost=4))
        self.assertEqual(self.sequence.observe(EPOCH, 11, 1), Verdict(Continuity.DUPLICATE, seen=1))
        self.assertEqual(self.sequence.observe(EPOCH, 12, 1), Verdict(Continuity.IN_ORDER))

    def test_an_old_snapshot_is_a_duplicate(self):
        self.assertEqual(self.sequence.observe(EPOCH, 7, 0), Verdict(Continuity.DUPLICATE))

    def test_after_the_snapshot_of_a_topic_without_events_number_1_is_in_order(self):
        fresh = Sequence()
        self.assertEqual(fresh.observe(EPOCH, 1, 0), Verdict(Continuity.FIRST))
        self.assertEqual(fresh.observe(EPOCH, 1, 1), Verdict(Continuity.IN_ORDER))


class FollowerTest(unittest.TestCase):
    def setUp(self):
        self.follower = Follower()

    def read(self, topic, *arguments, at=0.0, **options):
        return self.follower.read(topic, message(*arguments, **options), at)

    def test_a_book_is_synced_with_its_snapshot_and_stays_so_in_order(self):
        got = self.read(BOOK, 7, whole(), is_snapshot=True)
        self.assertEqual(got.topic, Topic("deribit", "BTC-PERPETUAL", "book"))
        self.assertTrue(got.is_snapshot and got.is_synced)
        got = self.read(BOOK, 8, change())
        self.assertTrue(got.is_synced)
        self.assertEqual(got.events[0].trust, market.TRUST_LIVE)
        self.assertEqual(self.follower.next_due(), math.inf)

    def test_a_book_with_a_gap_is_resyncing_until_the_snapshot_that_is_asked_for_comes(self):
        self.read(BOOK, 7, whole(), is_snapshot=True)
        got = self.read(BOOK, 10, change(), at=100.0)
        self.assertEqual((got.order, got.is_synced), (Verdict(Continuity.GAP, lost=2), False))
        self.assertEqual(got.events[0].trust, market.TRUST_RESYNCING)
        self.assertEqual(self.follower.due(100.0), [BOOK])
        self.assertEqual(self.follower.due(100.4), [])
        self.assertFalse(self.read(BOOK, 11, change(), at=100.4).is_synced)
        self.assertEqual(self.follower.due(100.5), [BOOK], "no answer: it is due again")
        self.assertEqual(self.follower.due(101.4), [], "after twice the time")
        got = self.read(BOOK, 11, whole(3), is_snapshot=True, at=101.4)
        self.assertEqual((got.is_synced, list(got.events[0].book_snapshot.bid_prices)), (True, [3]))
        self.assertEqual(self.follower.due(1000.0), [])
        self.assertEqual(self.read(BOOK, 12, change()).events[0].trust, market.TRUST_LIVE)
        self.assertEqual((self.follower.counts.gaps, self.follower.counts.lost), (1, 2))

    def test_a_snapshot_that_is_ahead_mends_the_gap_that_it_shows(self):
        self.read(BOOK, 7, whole(), is_snapshot=True)
        got = self.read(BOOK, 9, whole(), is_snapshot=True)
        self.assertEqual((got.order, got.is_synced), (Verdict(Continuity.GAP, lost=2), True))
        self.assertIsNone(self.read(BOOK, 9, change()), "it is in the snapshot")
        self.assertEqual(self.follower.next_due(), math.inf)

    def test_a_snapshot_for_somebody_else_is_a_duplicate(self):
        self.read(BOOK, 7, whole(), is_snapshot=True)
        self.assertIsNone(self.read(BOOK, 7, whole(), is_snapshot=True))
        self.assertIsNone(self.read(BOOK, 6, whole(), is_snapshot=True))
        self.assertEqual(self.follower.counts.duplicates, 2)

    def test_a_restart_of_the_publisher_distrusts_the_book(self):
        self.read(BOOK, 7, whole(), is_snapshot=True)
        got = self.read(BOOK, 1, change(), epoch=EPOCH + 1, at=5.0)
        self.assertEqual((got.order.kind, got.is_synced), (Continuity.NEW_EPOCH, False))
        self.assertEqual(self.follower.due(5.0), [BOOK])
        self.assertTrue(self.read(BOOK, 2, whole(), epoch=EPOCH + 1).is_synced, "any whole book will do")
        self.assertIsNone(self.read(BOOK, 8, change()), "of the earlier epoch")

    def test_changes_that_come_before_the_first_snapshot_wait_for_it_and_ask_only_when_it_does_not_come(self):
        self.assertEqual(self.read(BOOK, 4, change()).events[0].trust, market.TRUST_RESYNCING)
        self.assertEqual((self.follower.due(0.4), self.follower.due(0.5)), ([], [BOOK]))

    def test_the_wait_for_a_snapshot_doubles_up_to_30_seconds(self):
        self.read(BOOK, 4, change())
        now, waits = self.follower.next_due(), []
        for _ in range(9):
            self.assertEqual(self.follower.due(now), [BOOK])
            waits.append(self.follower.next_due() - now)
            now = self.follower.next_due()
        self.assertEqual(waits, [0.5, 1, 2, 4, 8, 16, 30, 30, 30])

    def test_of_a_message_that_was_seen_in_part_only_the_new_events_are_handed_out(self):
        self.read(TICKER, 1, tick(1), tick(2))
        got = self.read(TICKER, 2, tick(2), tick(3), tick(4))
        self.assertEqual([x.ticker.best_bid for x in got.events], [3, 4])
        self.assertEqual(self.follower.counts.events, 4)

    def test_a_ticker_is_whole_by_itself_unless_its_source_says_otherwise(self):
        self.read(TICKER, 1, tick())
        got = self.read(TICKER, 5, tick())
        self.assertEqual((got.order.lost, got.is_synced), (3, True))
        self.assertFalse(self.read(TICKER, 6, tick(trust=market.TRUST_STALE)).is_synced)
        self.assertEqual(self.follower.next_due(), math.inf, "its source mends it, unasked")

    def test_trades_that_were_lost_stay_lost_and_a_status_is_asked_for(self):
        trade, listed = market.Trade(price=1, size=1), market.InstrumentStatus(state=market.INSTRUMENT_STATE_LISTED)
        for number in (1, 3):
            self.assertTrue(self.read(TRADES, number, event(trade=trade)).is_synced)
        self.assertTrue(self.read(STATUS, 1, event(status=listed)).is_synced)
        self.assertFalse(self.read(STATUS, 3, event(status=listed)).is_synced)
        self.assertEqual(self.follower.due(0.0), [STATUS])

    def test_an_event_of_a_newer_version_counts_and_costs_a_book_its_sync(self):
        self.read(BOOK, 7, whole(), is_snapshot=True)
        got = self.read(BOOK, 8, change(), market.MarketEvent(venue_ns=1, trust=market.TRUST_LIVE))
        self.assertEqual((len(got.events), got.is_synced, self.follower.counts.unreadable), (1, False, 1))
        self.assertEqual(self.read(BOOK, 10, change()).order, Verdict(Continuity.IN_ORDER))

    def test_unknown_enum_values_and_rules_of_another_instrument_are_left_out(self):
        other = market.InstrumentDefinition(instrument=common.Instrument(venue=common.VENUE_DERIBIT, symbol="ETH"))
        for topic, unknown in ((TICKER, tick(trust=99)),
                               (TRADES, event(trade=market.Trade(aggressor=99))),
                               (STATUS, event(status=market.InstrumentStatus(state=99))),
                               (STATUS, event(status=market.InstrumentStatus(state=1, definition=other)))):
            before = self.follower.counts.unreadable
            position = 1 if topic != STATUS or before < 3 else 2
            self.assertEqual(self.read(topic, position, unknown).events, [])
            self.assertEqual(self.follower.counts.unreadable, before + 1)

    def test_malformed_messages_are_counted_and_say_what_is_wrong(self):
        uneven = event(book_snapshot=market.BookSnapshot(bid_prices=[1, 2], bid_sizes=[1]))
        for topic, payload, why in (
                (BOOK, message(1, epoch=0), "epoch"), (BOOK, message(0), "sequence"), (BOOK, b"\xff", "parsing"),
                (BOOK, message(1, uneven), "differ in length"), ("ops/router/", message(1), "ops/router/"),
                ("md/deribit/BTC-PERPETUAL/books/", message(1), "books")):
            before = self.follower.counts.malformed
            self.assertIsNone(self.follower.read(topic, payload, 0.0))
            self.assertEqual(self.follower.counts.malformed, before + 1)
            self.assertIn(why, self.follower.counts.complaint)
        self.assertFalse(self.follower.is_synced(BOOK))


class ValuesTest(unittest.TestCase):
    def test_prices_are_exact_and_unknown_ones_are_none(self):
        ticker = market.Ticker(best_bid=60_000_123_456_789, best_ask=-(2**63))
        self.assertEqual(str(decimal_of(nanos(ticker, "best_bid"))), "60000.123456789")
        self.assertIsNone(nanos(ticker, "best_ask"))
        self.assertIsNone(nanos(ticker, "last"))
        self.assertEqual(nanos(market.Ticker(last=0), "last"), 0)

    def test_topics_are_read_whole(self):
        self.assertEqual(parse_topic(TICKER).instrument, "deribit:BTC-PERPETUAL")
        for text in ("", "md/deribit/BTC/ticker", "md/deribit//ticker/", "md/deribit/BTC/ticker/x/"):
            with self.assertRaises(ValueError):
                parse_topic(text)


if __name__ == "__main__":
    unittest.main()
