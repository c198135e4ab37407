"""The pages beside the strategies: overview, markets, orders and fills, the replay bar. See kit.py."""
import signal
import sys
import time
import unittest
import urllib.request

import kit
from kit import START_MS, By, eventually
from selenium.webdriver.common.keys import Keys

PERPETUAL, INVERSE = 'derive:BTC-PERP', 'deribit:BTC-PERPETUAL'
STRIKES = (80_000, 85_000, 90_000, 95_000, 100_000)
EXPIRY_MS = 1_795_766_400_000  # 27 November 2026, 08:00 UTC
TOKEN = 'polymarket:' + '7' * 60


def option(strike, right):
    return f'deribit:BTC-27NOV26-{strike}-{right}'


class Pages(kit.DashboardCase):
    config = '[venue.derive.cash]\nUSDC = "10000"\n'

    def quote_markets(self):
        self.publisher.say(ticker={'instrument': PERPETUAL, 'best_bid': 89_999.5, 'best_ask': 90_000.5, 'best_bid_size': 2,
                                   'best_ask_size': 1.5, 'mark': 90_000, 'index': 90_010, 'open_interest': 12_000})
        self.publisher.say(ticker={'instrument': INVERSE, 'best_bid': 90_000, 'best_ask': 90_000.5, 'best_bid_size': 10_000,
                                   'best_ask_size': 40_000, 'mark': 90_000, 'index': 90_010, 'open_interest': 9e8})
        for strike in STRIKES:
            for right in 'CP':
                smile = 0.5 + ((strike - 90_000) / 40_000) ** 2
                self.publisher.say(ticker={
                    'instrument': option(strike, right), 'best_bid': 0.05, 'best_ask': 0.0515, 'mark': 0.0507,
                    'underlying': 90_100, 'mark_iv': smile, 'bid_iv': smile - 0.01, 'ask_iv': smile + 0.01,
                    'delta': 0.5 if right == 'C' else -0.5, 'gamma': 0.00001, 'vega': 55.5, 'theta': -40.25,
                    'open_interest': 10})
        self.publisher.say(ticker={'instrument': TOKEN, 'best_bid': 0.42, 'best_ask': 0.43, 'mark': 0.425})
        self.publisher.say(book={'instrument': PERPETUAL,
                                 'bids': [[89_999.5 - i * 0.5, 1 + i] for i in range(14)],
                                 'asks': [[90_000.5 + i * 0.5, 2 + i] for i in range(14)]})

    def fill(self, client_id, instrument, side, price, size, **more):
        self.publisher.say(order={'strategy': 'gamma', 'client_id': client_id, 'instrument': instrument, 'side': side,
                                  'limit': price, 'state': 'filled', 'filled': size, 'remaining': 0,
                                  'fill_price': price, 'fill_size': size, **more})

    def trade(self):
        self.fill('g-1', PERPETUAL, 'buy', 89_000, 0.5, fee=22.25)
        self.fill('g-2', option(90_000, 'C'), 'buy', 0.04, 2, fee=0.0006)
        self.fill('g-3', INVERSE, 'sell', 91_000, 45_000, fee=0.0001)
        self.publisher.say(order={'strategy': 'gamma', 'client_id': 'g-4', 'instrument': PERPETUAL, 'side': 'sell',
                                  'limit': 90_250.5, 'state': 'open', 'filled': 0, 'remaining': 0.25})
        self.publisher.say(order={'strategy': 'gamma', 'client_id': 'g-5', 'instrument': INVERSE, 'side': 'buy',
                                  'limit': 1, 'state': 'rejected', 'filled': 0, 'remaining': 0,
                                  'reason': 'outside the collar'})

    def live(self):
        for name in ('exec', 'strategies', 'gateway-deribit'):
            self.publisher.say(beat={'service': name, 'ready': True, 'counters': {'reconnects': 3}})
        host = {'events': 9, 'log': [{'time': START_MS, 'level': 'warning', 'text': 'hedge refused: thin book'}],
                'last_signals': [{'time': START_MS + 1, 'instrument': option(90_000, 'C'), 'side': 'buy', 'value': 0.52,
                                  'reason': 'delta 0.52 is above 0.5'}]}
        self.publisher.show('gamma', {'pnl': 812.5, 'host': host}, type='gamma_scalp')
        self.publisher.show('momentum', {'pnl': -3.25}, run_state='failed', reason='no such instrument')

    def start_all(self):
        eventually(lambda: '"connected":true' in self.api('/api/strategies'), 'the bus')
        self.live()
        self.quote_markets()
        self.trade()

    def api(self, path):
        with urllib.request.urlopen(self.dashboard.url.rstrip('/') + path) as answer:
            return answer.read().decode()

    def tile(self, label):
        return self.one(f'.tile[aria-label="{label}"]').text

    def test_the_overview_says_what_is_alive_held_and_earned(self):
        self.start_all()
        self.open()
        eventually(lambda: len(self.rows('positions')) == 3, 'the positions')
        equity = {(r[0], r[1]): r[2:] for r in self.rows('equity and profit')}
        # 0.5 x (90,000 - 89,000) - 22.25
        self.assertEqual(equity['derive', 'USDC'], ['10,477.75', '+477.75', '0.00', '+500.00', '22.25'])
        # 2 x (0.0507 - 0.04) + 45,000 x (1/90,000 - 1/91,000) - 0.0007
        self.assertEqual(equity['deribit', 'BTC'][1], '+0.026195')
        exposure = self.rows('exposure')[0]
        # 0.5 + 2 x 0.5 - 45,000 / 90,000: three positions of two venues in one line
        self.assertEqual(exposure[:4], ['BTC', '90,010.00', '+1.0000', '+90,010'])
        self.assertEqual(exposure[7], 'deribit +0.5000, derive +0.5000')
        positions = {r[0]: r for r in self.rows('positions')}
        call = positions['BTC-27NOV26-90000-C · deribit']
        self.assertEqual(call[1:5], ['+2', '0.0400', '0.0507', '+0.021400'])
        self.assertEqual(call[7:], ['+1.0000', '+0.0000200', '+111.00', '−80.50', '50.0', '● live', 'gamma'])
        order = self.rows('open orders')[0]
        self.assertEqual(order[:6], ['BTC-PERP · derive', 'sell', '90,250.5', '0 / 0.25', 'open', 'gamma'])
        done = self.rows('what the strategies did')
        self.assertEqual(done[0][1:], ['buy BTC-27NOV26-90000-C · deribit: delta 0.52 is above 0.5', 'gamma', 'signal'])
        self.assertEqual(done[1][1:], ['hedge refused: thin book', 'gamma', 'warning'])
        expected = [[x, '● ready'] for x in ('exec', 'gateway-deribit', 'strategies')]
        eventually(lambda: [r[:2] for r in self.rows('services')] == expected or self.live(), 'the services')
        feeds = {r[0]: r for r in self.rows('feeds')}
        self.assertEqual(feeds['deribit'][4:], ['0', '3', '● 11 live'])
        self.assertIn('counted since 20', self.text('.since'))
        self.assertIn('1 open', self.tile('Orders'))
        self.assertIn('+1.000 BTC', self.tile('Net delta'))
        self.assertIn('+2,835.52 $', self.tile('Profit and loss'))  # with 0.026195 BTC at 90,010
        self.assertIn('+477.75 USDC', self.tile('Profit and loss'))
        self.assertEqual({r[0]: r[2] for r in self.rows('strategies')}, {'gamma': '+2,835.52', 'momentum': '–'})
        self.assertIn('momentum', self.tile('Alive'))
        self.assertIn('Read only', self.text('.controls'))
        self.both_themes('overview')
        self.assert_quiet()

    def test_the_overview_says_what_restricts_trading(self):
        self.publisher.show('gamma', {'pnl': 1})
        self.publisher.show('<b onclick=1>delta', {'pnl': 1})
        self.open()
        eventually(lambda: 'active everywhere' in self.text('.risk'), 'that nothing does')
        self.assertIn('● active', self.tile('Trading'))
        state = {'scope': 'strategy', 'name': 'gamma', 'state': 'halted', 'source': 'trigger',
                 'reason': 'lost 1,250 USD today, 1,000 are allowed', 'by': 'exec'}
        self.publisher.say(risk={
            'states': [{**state, 'scope': 'strategy', 'name': '<b onclick=1>delta', 'state': 'reduce_only', 'reason': 'lunch'},
                       state],
            'limits': [{'scope': 'all', 'name': '', 'limit': 'max_open_orders', 'used': 3, 'most': 200},
                       {'scope': 'venue', 'name': 'derive', 'limit': 'max_delta.BTC', 'used': 1.7, 'most': 2},
                       {'scope': 'strategy', 'name': 'gamma', 'limit': 'max_daily_loss', 'used': 1250, 'most': 1000}],
            'kills': []})
        states = eventually(lambda: self.rows('trading states'), 'the states')
        self.assertEqual([states[0][i] for i in (0, 1, 2, 4)],
                         ['strategy gamma', '✕ halted', 'lost 1,250 USD today, 1,000 are allowed', 'exec'])
        self.assertEqual(states[1][:2], ['strategy <b onclick=1>delta', '▲ reduce-only'])
        self.assertEqual([x for x in self.inside('.risk button') if x.is_displayed()], [], 'nobody is logged in')
        self.assertEqual([[r[0], r[1], r[4]] for r in self.rows('limits')],
                         [['max_daily_loss', 'strategy gamma', '✕ 125 %'], ['max_delta.BTC', 'venue derive', '▲ 85 %'],
                          ['max_open_orders', 'everything', '2 %']])
        self.assertIn('✕ partly halted', self.tile('Trading'))
        self.assertIn('strategy gamma: lost 1,250 USD', self.tile('Trading'))
        conditions = {r[0]: r[1] for r in self.rows('strategies')}
        self.assertIn('running, halted', conditions['gamma'])
        self.both_themes('risk')
        self.screen(390, 844)
        self.assert_fits(390)
        self.both_themes('risk')
        self.assert_quiet()

    def test_the_overview_says_that_exec_is_silent_rather_than_that_all_is_well(self):
        self.publisher.show('gamma', {'pnl': 1})
        self.open()
        eventually(lambda: 'active everywhere' in self.text('.risk'), 'the report')
        self.publisher.process.send_signal(signal.SIGSTOP)
        self.addCleanup(lambda: self.publisher.process.send_signal(signal.SIGCONT))
        eventually(lambda: 'exec does not answer' in self.text('.risk'), 'that it is old')
        self.assertIn('▲ not known', self.tile('Trading'))

    def test_the_overview_tells_silence_of_a_service(self):
        self.start_all()
        self.open()
        eventually(lambda: self.rows('services')[0][1] == '✕ silent', 'silence', 12)
        self.assertIn('exec', self.tile('Alive'))

    def test_a_strategy_is_opened_from_the_overview_by_key(self):
        self.start_all()
        self.open()
        line = eventually(lambda: self.panel().find_element(By.XPATH, './/td[text()="momentum"]/..'), 'its row')
        line.send_keys(Keys.ENTER)
        self.assertEqual(self.selected(), 'momentum')
        self.assertEqual(self.browser.switch_to.active_element.get_attribute('role'), 'tab')

    def test_markets_are_searched_and_looked_into(self):
        self.start_all()
        self.open('#/markets')
        eventually(lambda: len(self.rows('live quotes')) == 13, 'the quotes')
        first = self.rows('live quotes')[0][0]
        eventually(lambda: self.text('.chosen') == first, 'the first one, until another is chosen')
        search = self.one('input[type=search]')
        search.send_keys('btc 27nov26 90000')
        eventually(lambda: len(self.rows('live quotes')) == 2, 'the search')
        search.clear()
        search.send_keys('btc-perp ')
        eventually(lambda: len(self.rows('live quotes')) == 2, 'another search')
        chain = eventually(lambda: len(self.rows('option chain')) == 5 and self.rows('option chain'), 'the chain')
        self.assertEqual(chain[2], ['50.0', '0.50', '0.0500', '0.0515', '0.0507', '90,000',
                                    '0.0507', '0.0515', '0.0500', '−0.50', '50.0'])
        eventually(lambda: self.inside('.smile canvas'), 'the smile')
        self.panel().find_element(By.XPATH, './/td[contains(text(), "BTC-PERP ")]/..').click()
        eventually(lambda: self.text('.ladder .mid') == 'mid 90,000', 'the ladder')
        prices = [x.text for x in self.inside('.ladder td:first-child') if x.get_attribute('class') != 'mid']
        self.assertEqual(prices[9:11], ['90,000.5', '89,999.5'])
        self.assertEqual(len(prices), 20)
        self.assertEqual(self.value_of('book').text, '● live')
        self.publisher.say(book={'instrument': PERPETUAL, 'bids': [[90_001, 1]], 'asks': [[90_002, 1]]})
        eventually(lambda: self.text('.ladder .mid') == 'mid 90,001.5', 'the next book')
        search.clear()
        search.send_keys(' ')
        self.quote_markets()
        eventually(lambda: self.text('.ladder .mid') == 'mid 90,000', 'the book again')
        self.both_themes('markets')
        self.assert_quiet()

    def test_orders_and_fills_are_filtered(self):
        self.start_all()
        self.open('#/orders')
        eventually(lambda: len(self.rows('orders')) == 5 and len(self.rows('fills')) == 3, 'all of them')
        self.assertEqual(self.rows('orders')[0][5:], ['0', '▲ rejected', 'gamma', 'limit', 'outside the collar'])
        self.assertEqual(self.rows('fills')[2][1:6], ['BTC-PERP · derive', 'buy', '89,000', '0.5', '22.25'])
        self.both_themes('orders')
        self.one('select[aria-label="state of orders"]').send_keys('open')
        eventually(lambda: [r[6] for r in self.rows('orders')] == ['open'], 'the open one')
        self.inside('select[aria-label=venue]')[0].send_keys('Deribit')
        eventually(lambda: len(self.rows('fills')) == 2, 'those of Deribit')
        self.assertIn('no such order', self.panel().text)
        self.assert_quiet()

    def test_a_replay_is_steered(self):
        replay = {'is_paused': False, 'speed': 10, 'position_ms': START_MS, 'first_ms': START_MS - 60_000, 'fraction': 0.25}
        eventually(lambda: '"connected":true' in self.api('/api/strategies'), 'the bus')
        self.publisher.say(beat={'service': 'replay', 'ready': True, 'replay': replay})
        self.open()
        eventually(lambda: '2025-11-24 16:00:00' in self.text('#replay'), 'the position')
        self.assertIn('25 % read', self.text('#replay'))
        self.assertEqual(self.one('#replay select').get_attribute('value'), '10')
        eventually(lambda: self.one('#replay button').is_enabled(), 'the control endpoint')
        self.one('#replay button').click()
        self.assertEqual(self.publisher.next_command(), 'pause_replay')
        self.publisher.say(beat={'service': 'replay', 'ready': True, 'replay': {**replay, 'is_paused': True}})
        eventually(lambda: self.one('#replay button').text == 'resume', 'the pause')
        self.one('#replay select').send_keys('60')
        self.assertEqual(self.publisher.next_command(), 'set_replay_speed 60')
        self.shot('replay-dark-1280')
        self.assert_quiet()

    def test_a_phone_shows_every_page_without_scrolling_sideways(self):
        self.screen(390, 844)
        self.start_all()
        for page, ready in (('overview', lambda: len(self.rows('positions')) == 3),
                            ('markets', lambda: len(self.rows('live quotes')) == 13),
                            ('orders', lambda: len(self.rows('fills')) == 3)):
            self.open(f'#/{page}')
            eventually(ready, page)
            self.assert_fits(390)
            for table in self.inside('.stack, [aria-label="live quotes"] table'):  # what matters is seen without scrolling
                self.assertLessEqual(table.get_property('scrollWidth'), table.find_element(By.XPATH, '..').get_property('clientWidth'))
            if page == 'orders':
                shown = [x.text for x in self.inside('[aria-label=orders] tbody tr:nth-child(2) td')]
                self.assertEqual(shown[1:7], ['BTC-PERP · derive', 'sell', '90,250.5', '0.25', '0', 'open'])
            if page == 'markets':
                eventually(lambda: len(self.rows('option chain')) == 5, 'the chain')
                chain = self.one('[role=region][aria-label="option chain"]')
                self.assertEqual(chain.get_property('scrollWidth'), chain.get_property('clientWidth'), 'the whole chain')
            self.both_themes(page)
            self.screen(390, 844)
        self.assert_quiet()

    def test_fifty_states_a_second_leave_no_memory_behind(self):
        points = [[START_MS + i * 1000, i % 17] for i in range(600)]
        layout = [{'widget': 'chart', 'title': 'x', 'style': 'line', 'series': [{'label': 'x', 'value': 'x'}],
                   'format': {'kind': 'number', 'decimals': 0}}]
        self.publisher.show('busy', {'x': points}, layout=layout)
        self.open('#busy')
        eventually(lambda: self.inside('.plot canvas'), 'the chart')

        def stream(seconds):
            end = time.monotonic() + seconds
            n = 0
            while time.monotonic() < end:
                n += 1
                points.append([points[-1][0] + 1000, n % 23])
                del points[0]
                self.publisher.show('busy', {'x': points, 'n': n})
                time.sleep(0.02)
            return n

        def heap():
            self.browser.execute_cdp_cmd('HeapProfiler.collectGarbage', {})
            return self.browser.execute_cdp_cmd('Runtime.getHeapUsage', {})['usedSize']

        stream(3)
        before = heap()
        last = stream(12)
        self.assertGreater(last, 200)
        self.assertLess(heap(), before + 2_000_000)
        newest = points[-1][0] / 1000
        shown = time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(newest))
        eventually(lambda: self.inside('.legend time')[0].text == shown, 'the newest point', 3)

    def test_a_chart_is_zoomed_and_panned_by_key(self):
        points = [[START_MS + i * 1000, i] for i in range(600)]
        layout = [{'widget': 'chart', 'title': 'x', 'style': 'line', 'series': [{'label': 'x', 'value': 'x'}],
                   'format': {'kind': 'number', 'decimals': 0}}]
        self.publisher.show('busy', {'x': points}, layout=layout)
        self.open('#busy')
        eventually(lambda: self.inside('.plot canvas'), 'the chart')
        labels = lambda: [x.text for x in self.inside('.dygraph-axis-label-x')]
        before = labels()
        plot = self.inside('.plot')[0]
        plot.send_keys('+++')
        zoomed = eventually(lambda: labels() != before and labels(), 'the zoom')
        plot.send_keys(Keys.ARROW_LEFT)
        eventually(lambda: labels() != zoomed, 'the pan')
        plot.send_keys(Keys.ESCAPE)
        eventually(lambda: labels() == before, 'all of it again')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
