"""Strategies on the dashboard's page as a person meets them: tabs, every widget, live updates, reconnecting, a phone,
hostile names. See kit.py.
"""
import math
import sys
import unittest
import urllib.parse

import kit
from kit import START_MS, By, eventually
from selenium.webdriver.common.keys import Keys


def series(of, count=240, step_ms=1000):
    return [[START_MS + i * step_ms, of(i)] for i in range(count)]


LAYOUT = [
    {'widget': 'key_value', 'title': 'Gamma scalp', 'items': [
        {'label': 'PnL', 'value': 'pnl', 'format': {'kind': 'money', 'decimals': 4, 'currency': 'BTC'}},
        {'label': 'Fees', 'value': 'fees', 'format': {'kind': 'money', 'decimals': 4, 'currency': 'BTC'}},
        {'label': 'Net delta', 'value': 'net_delta', 'format': {'kind': 'number', 'decimals': 4}},
        {'label': 'Implied volatility', 'value': 'iv', 'format': {'kind': 'percent', 'decimals': 1}},
        {'label': 'Hedge in flight', 'value': 'hedging', 'format': {'kind': 'text'}},
        {'label': 'Last fill', 'value': 'last_fill', 'format': {'kind': 'time'}},
        {'label': 'In position', 'value': 'held', 'format': {'kind': 'duration'}},
        {'label': 'Not known', 'value': 'unknown', 'format': {'kind': 'number', 'decimals': 2}}]},
    {'widget': 'chart', 'title': 'Net delta', 'style': 'line', 'format': {'kind': 'number', 'decimals': 4},
     'series': [{'label': 'net', 'value': 'delta_history'}, {'label': 'hedge', 'value': 'hedge_history'}]},
    {'widget': 'chart', 'title': 'Profit', 'style': 'area', 'format': {'kind': 'money', 'decimals': 4, 'currency': 'BTC'},
     'series': [{'label': 'PnL', 'value': 'pnl_history'}]},
    {'widget': 'chart', 'title': 'Fills a minute', 'style': 'bar', 'format': {'kind': 'number', 'decimals': 0},
     'series': [{'label': 'buys', 'value': 'buys'}, {'label': 'sells', 'value': 'sells'}]},
    {'widget': 'table', 'title': 'Positions', 'value': 'positions', 'columns': [
        {'label': 'Instrument', 'field': 'instrument', 'format': {'kind': 'text'}},
        {'label': 'Side', 'field': 'side', 'format': {'kind': 'text'}},
        {'label': 'Size', 'field': 'size', 'format': {'kind': 'number', 'decimals': 1}},
        {'label': 'Mark', 'field': 'mark', 'format': {'kind': 'number', 'decimals': 2}},
        {'label': 'PnL', 'field': 'pnl', 'format': {'kind': 'money', 'decimals': 2, 'currency': 'USD'}}]},
    {'widget': 'divider'},
    {'widget': 'log', 'title': 'Signals and trouble', 'value': 'log'},
]


def gamma_state(pnl=0.1234):
    return {
        'pnl': pnl, 'fees': 0.0021, 'net_delta': -0.0415, 'iv': 0.653, 'hedging': 'no', 'last_fill': START_MS,
        'held': 3_725_000, 'unknown': None,
        'delta_history': series(lambda i: None if 100 < i < 120 else 0.05 * math.sin(i / 17) + 0.02 * math.sin(i / 3)),
        'hedge_history': series(lambda i: 0.03 * math.cos(i / 23)),
        'pnl_history': series(lambda i: 0.0005 * i + 0.01 * math.sin(i / 9)),
        'buys': series(lambda i: 3 + i % 5, 24, 60_000), 'sells': series(lambda i: 2 + i % 3, 24, 60_000),
        'positions': [
            {'instrument': 'BTC-27NOV26-90000-C', 'side': 'buy', 'size': 1.5, 'mark': 4210.5, 'pnl': 812.25},
            {'instrument': 'BTC-27NOV26-80000-P', 'side': 'buy', 'size': 0.4, 'mark': 1120.0, 'pnl': -55.1},
            {'instrument': 'BTC-PERPETUAL', 'side': 'sell', 'size': -6200.0, 'mark': 91250.5, 'pnl': 0.0}],
        'log': [
            {'time': START_MS, 'level': 'info', 'text': 'delta 0.52 of BTC-27NOV26-90000-C: bought 0.1 at 0.0465'},
            {'time': START_MS + 4_000, 'level': 'warning', 'text': 'hedge refused: post-only would trade'},
            {'time': START_MS + 9_000, 'level': 'error', 'text': 'order gamma-17 is unknown: no answer in 5 s'}],
    }


class StrategyPages(kit.DashboardCase):
    def test_every_widget_shows_what_its_layout_says(self):
        self.publisher.show('gamma', gamma_state(), layout=LAYOUT)
        self.open('#gamma')
        eventually(lambda: self.tabs() == ['gamma'], 'the tab')
        expected = {'PnL': '+0.1234 BTC', 'Fees': '0.0021 BTC', 'Net delta': '−0.0415', 'Implied volatility': '65.3 %',
                    'Hedge in flight': 'no', 'Last fill': '2025-11-24 16:00:00', 'In position': '1h 02m',
                    'Not known': '–'}
        for label, text in expected.items():
            self.assertEqual(self.value_of(label).text, text, label)
        self.assertEqual(self.value_of('PnL').get_attribute('data-tone'), 'profit')
        self.assertEqual(self.value_of('Net delta').get_attribute('data-tone'), 'short')

        self.assertEqual(len(self.inside('.plot canvas')), 6)  # three charts of two layers
        self.assertEqual(self.text('.card.chart[aria-label="Fills a minute"] .legend .series-1'), 'buys 6')
        for title in ('Net delta', 'Profit', 'Fills a minute'):
            drawn = self.browser.execute_script('''
              const c = document.querySelector(`.card.chart[aria-label="${arguments[0]}"] canvas`);
              const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
              let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i] > 200) ++n; return n;''', title)
            self.assertGreater(drawn, 300, title)

        rows = [[c.text for c in r.find_elements(By.TAG_NAME, 'td')] for r in self.inside('tbody tr')]
        self.assertEqual(rows[0], ['BTC-27NOV26-90000-C', 'buy', '1.5', '4,210.50', '+812.25 USD'])
        self.assertEqual(rows[1][4], '−55.10 USD')
        tones = [c.get_attribute('data-tone') for c in self.inside('tbody tr')[2].find_elements(By.TAG_NAME, 'td')]
        self.assertEqual(tones, ['', 'short', 'short', '', ''])

        self.assertEqual(len(self.inside('hr')), 1)
        lines = [x.text.split('\n') for x in self.inside('.lines li')]
        self.assertEqual(lines[0], ['16:00:09.000', 'error', 'order gamma-17 is unknown: no answer in 5 s'])
        self.assertEqual([x.get_attribute('data-level') for x in self.inside('.lines li')], ['error', 'warning', 'info'])
        self.assert_contrast('dark')
        self.shot('widgets-dark-1280')
        self.theme('light')
        self.assert_contrast('light')
        self.shot('widgets-light-1280')
        self.assert_quiet()

    def test_a_strategy_without_a_layout_shows_its_numbers(self):
        self.publisher.show('plain', {'seen_events': 1_234_567, 'mid': 0.0465123, 'hidden': [1], 'spread': None})
        self.open('#plain')
        eventually(lambda: self.value_of('seen events').text == '1,234,567', 'the number')
        self.assertEqual(self.value_of('mid').text, '0.0465123')
        self.assertEqual(self.value_of('spread').text, '–')
        self.assertEqual(len(self.inside('.values div')), 3)
        self.shot('no-layout-1280')
        self.assert_quiet()

    def test_tabs_follow_mouse_keys_and_address(self):
        for name in ('beta', 'alpha 2', 'alpha 10'):
            self.publisher.show(name, {'pnl': -3.5})
        self.open('#beta')
        eventually(lambda: len(self.tabs()) == 3, 'three tabs')
        self.assertEqual(self.tabs(), ['alpha 2', 'alpha 10', 'beta'])
        eventually(lambda: self.selected() == 'beta', 'the tab of the address')
        self.all('[role=tab].strategy')[0].click()
        self.assertEqual(self.selected(), 'alpha 2')
        self.browser.switch_to.active_element.send_keys(Keys.HOME)
        self.assertEqual(self.text('[role=tab][aria-selected=true]'), 'Overview')
        self.browser.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
        self.assertEqual(self.selected(), 'beta')
        self.browser.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
        self.assertEqual(self.selected(), 'alpha 10')
        self.assertEqual([x.get_attribute('tabindex') for x in self.all('[role=tab].strategy')], ['-1', '0', '-1'])
        self.assertTrue(self.browser.current_url.endswith('#alpha%2010'))
        self.assertEqual(self.browser.title, 'alpha 10 · Strike')
        self.assertEqual(self.panel().find_element(By.TAG_NAME, 'h2').text, 'alpha 10')

    def test_values_follow_live_and_silence_is_told(self):
        self.publisher.show('gamma', gamma_state(), layout=LAYOUT)
        self.open('#gamma')
        eventually(lambda: self.value_of('PnL').text == '+0.1234 BTC', 'the first state')
        self.publisher.show('gamma', gamma_state(pnl=-1.5))
        eventually(lambda: self.value_of('PnL').text == '−1.5000 BTC', 'the second state', 3)
        self.assertEqual(self.value_of('PnL').get_attribute('data-tone'), 'loss')
        self.publisher.show('gamma', {**gamma_state(), 'positions': []}, skip=2)
        eventually(lambda: self.value_of('lost').text == '2', 'the loss')
        eventually(lambda: not self.inside('tbody tr'), 'no rows')
        eventually(lambda: self.text('.badge') == 'silent', 'silence', 8)
        self.publisher.show('newcomer', {'x': 1})
        eventually(lambda: self.tabs() == ['gamma', 'newcomer'], 'the newcomer')
        self.assertEqual(self.selected(), 'gamma')
        self.assertEqual(len(self.all('[role=tabpanel]:not([hidden])')), 1)
        self.assertEqual([x.get_attribute('aria-selected') for x in self.all('[role=tab].strategy')], ['true', 'false'])
        self.assert_quiet()

    def test_what_its_host_tells_is_shown_for_every_strategy(self):
        host = {'events': 12_345, 'signals': 2, 'orders_refused': 0, 'last_signals': [], 'log': []}
        self.publisher.show('momentum', {'pnl': 1.5, 'host': host}, layout=LAYOUT[:1], type='momentum_v2')
        self.open('#momentum')
        eventually(lambda: self.value_of('events').text == '12,345', 'the host')
        self.assertEqual(self.text('.kind'), 'momentum_v2')
        eventually(lambda: self.text('.badge') == 'running' or self.publisher.show('momentum', {'pnl': 1.5, 'host': host}),
                   'that it runs')
        host['last_signals'] = [{'time': START_MS, 'instrument': 'BTC-PERPETUAL', 'side': 'sell', 'value': -0.0021,
                                 'reason': 'move of -0.21 %'}]
        host['log'] = [{'time': START_MS, 'level': 'warning', 'text': 'thin book'}]
        self.publisher.show('momentum', {'pnl': 1.5, 'host': host}, run_state='restarting', reason='it threw')
        eventually(lambda: [x.text for x in self.inside('tbody td')] ==
                   ['2025-11-24 16:00:00', 'BTC-PERPETUAL', 'sell', '−0.0021', 'move of -0.21 %'], 'the signal')
        self.assertIn('thin book', self.text('.lines'))
        self.assertEqual(self.text('.badge'), 'restarting: it threw')
        self.publisher.show('other', {}, run_state='failed', reason='no such instrument')
        eventually(lambda: [x.get_attribute('data-level') for x in self.all('nav .dot')] ==
                   ['warning', 'bad'], 'the failure')
        token = '1234560' + 60 * '9' + '7890'
        host['last_signals'][0]['instrument'] = f'polymarket:{token}'
        host['log'] = [{'time': START_MS, 'level': 'info', 'text': f'{token} moved'}]
        self.publisher.show('momentum', {'pnl': 1.5, 'host': host})
        eventually(lambda: self.inside('tbody td')[1].text == 'polymarket:123456…7890', 'the token by its ends')
        self.assertIn('123456…7890 moved', self.text('.lines'))
        self.shot('host-1280')
        self.assert_quiet()

    def test_it_reconnects_by_itself(self):
        self.publisher.show('gamma', {'pnl': 1.0})
        self.open('#gamma')
        eventually(lambda: self.text('#connection') == 'live', 'the connection')
        listen = self.dashboard.url.split('/')[2]
        code, seconds = self.dashboard.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 1.5)
        eventually(lambda: self.text('#connection').startswith('offline'), 'the loss')
        self.assertEqual(self.tabs(), ['gamma'])
        self.assertEqual(self.text('.badge'), 'not connected')
        self.shot('offline-1280')
        self.start_dashboard(listen)
        eventually(lambda: self.text('#connection') == 'live', 'the connection again', 20)
        eventually(lambda: self.text('.badge') == 'running', 'the strategy again')
        self.publisher.show('gamma', {'pnl': 2.0})
        eventually(lambda: self.text('[role=tab] .figure') == '+2', 'news after it')

    def test_it_says_when_the_strategies_are_gone(self):
        self.publisher.show('gamma', {'pnl': 1.0})
        self.open('#gamma')
        eventually(lambda: self.tabs() == ['gamma'], 'the tab')
        endpoint = self.publisher.endpoint
        self.publisher.stop()
        eventually(lambda: self.text('#upstreams') == f'no data from {endpoint}', 'the lost upstream')
        self.publisher = kit.Publisher(endpoint)
        eventually(lambda: self.text('#upstreams') == '', 'the upstream again', 20)

    def test_a_phone_shows_it_without_scrolling_sideways(self):
        self.screen(390, 844)
        self.publisher.show('gamma', gamma_state(), layout=LAYOUT)
        self.publisher.show('momentum with a name that is longer than a phone is wide', {'pnl': 0.5})
        self.open('#gamma')
        eventually(lambda: self.value_of('PnL').text == '+0.1234 BTC', 'the state')
        self.assertLessEqual(self.browser.execute_script('return document.documentElement.scrollWidth'), 390)
        self.assertGreater(self.inside('.plot')[0].size['width'], 300)
        self.shot('widgets-dark-390')
        self.theme('light')
        self.shot('widgets-light-390')
        self.assert_quiet()

    def test_markup_in_names_and_values_is_text(self):
        evil = '<img src=x onerror=document.title="owned">'
        state = {'pnl': 1, evil: 2, 'rows': [{evil: evil}], 'lines': [{'time': START_MS, 'level': evil, 'text': evil}],
                 'points': series(lambda i: i), '__proto__': 5, 'money': 3}
        self.publisher.show(evil, state, layout=[
            {'widget': 'key_value', 'title': evil, 'items': [
                {'label': evil, 'value': evil, 'format': {'kind': 'number', 'decimals': 0}},
                {'label': 'money', 'value': 'money', 'format': {'kind': 'money', 'decimals': 1, 'currency': evil}}]},
            {'widget': 'chart', 'title': evil, 'style': 'line', 'series': [{'label': evil, 'value': 'points'}],
             'format': {'kind': 'money', 'decimals': 0, 'currency': evil}},
            {'widget': 'table', 'title': evil, 'value': 'rows',
             'columns': [{'label': evil, 'field': evil, 'format': {'kind': 'text'}}]},
            {'widget': 'log', 'title': evil, 'value': 'lines'},
            {'widget': evil}])
        self.open('#' + urllib.parse.quote(evil, safe=''))
        eventually(lambda: self.tabs() == [evil], 'the name as text')
        self.assertEqual(self.panel().find_element(By.TAG_NAME, 'h2').text, evil)
        self.assertEqual(self.value_of('money').text, f'3.0 {evil}')
        self.assertEqual(self.inside('tbody td')[0].text, evil)
        self.assertIn(evil, self.inside('.lines li')[0].text)
        self.assertIn(evil, self.inside('.legend')[0].text)
        self.assertEqual(len(self.all('main img')) + len(self.all('nav img')), 0)
        self.assertEqual(self.browser.title, f'{evil} · Strike')
        self.assert_quiet()

    def test_an_empty_dashboard_says_so(self):
        self.open()
        eventually(lambda: self.text('#connection') == 'live', 'the connection')
        self.assertIn('No strategy yet', self.text('main'))
        self.shot('empty-1280')
        self.assert_quiet()


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
