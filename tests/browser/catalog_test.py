"""The search through the catalog, and the names that it gives to tokens. See kit.py."""
import json
import os
import sys
import tempfile
import unittest

import kit
from kit import START_MS, By, eventually
from selenium.webdriver.common.keys import Keys

TOKENS = ('7' * 60, '8' * 60)
QUESTION = 'Will the price of Bitcoin be above $90,000 on November 28?'


def market(at, name, question, **more):
    """A line of a catalog's cache."""
    return {'venue': at, 'id': name, 'listing_id': '', 'slug': name.lower(), 'question': question, 'description': '', 'tags': [],
            'event_id': '', 'event_slug': '', 'event_title': '', 'outcomes': [], 'terms': None, 'tick': 0.01, 'tick_steps': [],
            'lot': 0.01, 'minimum': 5,
            'fees': {'maker': 0, 'taker': 0, 'flat': 0, 'maker_rebate': 0, 'exponent': 0}, 'protocol': '', 'taker_delay_s': 0,
            'has_taker_delay': False, 'is_neg_risk': False, 'neg_risk_group': '', 'is_placeholder': False,
            'end_ns': 1_795_885_200_000_000_000, 'game_start_ns': 0, 'clears_book_at_start': False, 'is_active': True,
            'is_closed': False, 'is_archived': False, 'accepts_orders': True, 'has_order_book': True, 'volume': None,
            'liquidity': None, **more}


class Catalog(kit.DashboardCase):
    def start_dashboard(self, *args, **more):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        sides = [{'label': label, 'token': token, 'position_id': '', 'has_won': False}
                 for label, token in zip(('Yes', 'No'), TOKENS)]
        listed = [market('polymarket', '0x1', QUESTION, outcomes=sides, volume=9101.98),
                  market('polymarket', '0x2', QUESTION.replace('28', '27'), is_closed=True, is_active=False,
                         outcomes=[{**x, 'token': x['token'][:-1] + '0'} for x in sides])]
        with open(os.path.join(folder.name, 'polymarket_markets.jsonl'), 'w', encoding='utf-8') as out:
            json.dump({'type': 'current', 'format': 1, 'timestamp': START_MS * 1_000_000, 'since': START_MS * 1_000_000,
                       'items': listed}, out)
            out.write('\n')
        self.config = f'[catalog]\nfolder = "{folder.name}"\nvenues = ["polymarket"]\n'
        super().start_dashboard(*args, **more)

    def quote(self):
        for token, bid in zip(TOKENS, (0.4, 0.58)):
            self.publisher.say(ticker={'instrument': f'polymarket:{token}', 'best_bid': bid, 'best_ask': bid + 0.015,
                                       'best_bid_size': 110.54, 'best_ask_size': 88})

    def search(self, text):
        self.one('input[aria-label="search markets"]').send_keys(text)

    def test_a_market_is_searched_for_in_words_and_looked_at(self):
        self.open('#/markets')
        eventually(lambda: self.quote() or len(self.rows('live quotes')) == 2, 'the quotes')
        self.search('bitcoin above')
        found = eventually(lambda: self.rows('markets of the catalog'), 'what the catalog has')
        self.assertEqual(found[0], [QUESTION, 'polymarket', 'binary', '2026-11-28 17:00', '9,102', '● open', 'YesNo'])
        self.assertEqual([r[5] for r in found[1:]], ['○ closed'])
        self.assertIn('2 live, 2 of the catalog', self.panel().text)
        titles = [x.text for x in self.inside('h3') if x.is_displayed()]
        self.assertEqual(titles[:2], ['Catalog', 'Live quotes'], 'what was searched for comes first')
        quotes = {r[0]: r[2:4] for r in self.rows('live quotes')}
        self.assertEqual(quotes, {f'Yes: {QUESTION}': ['0.400', '0.415'], f'No: {QUESTION}': ['0.580', '0.595']})
        for width in (1280, 390):
            self.screen(width, 900)
            self.assert_fits(width)
            self.both_themes('search')
        self.screen(1280, 900)
        self.panel().find_element(By.XPATH, './/button[text()="No"]').send_keys(Keys.ENTER)
        eventually(lambda: self.text('.chosen') == f'No: {QUESTION}', 'its book')
        top = self.one('.book').rect['y'] - self.browser.execute_script('return scrollY')
        self.assertLess(top, 450, 'in the upper half of the window')
        self.one('input[aria-label="search markets"]').clear()
        self.search('zzz')
        eventually(lambda: 'the catalog has no such market' in self.panel().text, 'that there is none')
        self.assertIn('no live quote fits', self.panel().text)
        self.assert_quiet()

    def test_a_strategy_s_markets_have_names_instead_of_numbers(self):
        def show():
            self.quote()
            self.publisher.show('momentum', {'host': {
                'log': [{'time': START_MS - 1, 'level': 'info', 'text': f'{TOKENS[0]} moved +0.02: buy'}],
                'last_signals': [{'time': START_MS, 'instrument': f'polymarket:{TOKENS[1]}', 'side': 'sell', 'value': -0.05,
                                  'reason': 'it moved'}]}})
            return True
        show()
        self.open()
        eventually(lambda: show() and [x[1] for x in self.rows('what the strategies did')] ==
                   [f'sell No: {QUESTION}: it moved', f'Yes: {QUESTION} moved +0.02: buy'], 'their names', 30)
        self.open('#momentum')
        eventually(lambda: show() and f'Yes: {QUESTION} moved' in self.text('.lines'), 'the name in the log', 30)
        cell = eventually(lambda: show() and [x for x in self.inside('tbody td') if x.text == f'No: {QUESTION}'][0],
                          'the name in a table', 30)
        self.assertEqual(cell.get_attribute('title'), f'polymarket:{TOKENS[1]}')
        self.assert_quiet()


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
