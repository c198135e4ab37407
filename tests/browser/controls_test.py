"""What an operator may do on the page, with a token and without. See kit.py."""
import sys
import unittest

import kit
from kit import By, eventually

TOKEN = 'correct-horse-battery-staple'


class WithoutToken(kit.DashboardCase):
    def test_there_is_nothing_to_press(self):
        self.publisher.show('gamma', {'pnl': 1})
        self.open('#gamma')
        eventually(lambda: self.tabs() == ['gamma'], 'the strategy')
        self.assertEqual([x for x in self.inside('button') if x.is_displayed()], [])
        self.open()
        eventually(lambda: 'controls are off' in self.text('.controls'), 'why')
        self.assertEqual([x.text for x in self.all('.controls button, #acts button') if x.is_displayed()], [])
        answer = self.browser.execute_async_script('''
          const done = arguments[0];
          fetch('/api/control', {method: 'POST', headers: {'Content-Type': 'application/json'},
                body: '{"action":"halt_trading","reason":"x"}'}).then((x) => done(x.status));''')
        self.assertEqual(answer, 403)


class WithToken(kit.DashboardCase):
    secrets = {'STRIKE_DASHBOARD_TOKEN': TOKEN}

    def setUp(self):
        super().setUp()
        self.publisher.show('gamma', {'pnl': 1})
        self.browser.delete_all_cookies()

    def press(self, text):
        button = eventually(lambda: [x for x in self.all('button') if x.is_displayed() and x.text == text], text)[0]
        button.click()

    def log_in(self, token=TOKEN):
        self.open()
        self.browser.delete_all_cookies()
        self.open()
        self.press('Log in')
        self.one('dialog input').send_keys(token)
        self.press('OK')

    def test_a_wrong_token_opens_nothing(self):
        self.log_in('wrong-horse-battery-staple')
        eventually(lambda: 'not the token' in self.text('#fault'), 'the refusal')
        self.assertEqual([x.text for x in self.all('#acts button') if x.is_displayed()], ['Log in'])

    def test_a_strategy_is_stopped_after_a_question(self):
        self.log_in()
        eventually(lambda: 'Halt trading' in self.text('#acts'), 'the controls')
        self.shot('controls-dark-1280')
        cookie = self.browser.get_cookie('strike_session')
        self.assertTrue(cookie['httpOnly'])
        self.assertEqual(cookie['sameSite'], 'Strict')
        self.assertNotIn(TOKEN, cookie['value'])
        self.all('[role=tab].strategy')[0].click()
        self.press('stop')
        self.assertIn('its orders are cancelled', self.text('dialog'))
        self.assert_contrast('dialog')
        self.shot('confirm-dark-1280')
        self.press('Leave it')
        self.assertEqual(self.all('dialog'), [])
        self.press('stop')
        self.press('Stop gamma')
        self.assertEqual(self.publisher.next_command(), 'stop_strategy gamma')
        self.all('[role=tab]')[0].click()
        eventually(lambda: '● done' in self.text('.controls'), 'the outcome')
        self.assertIn('stop_strategy gamma', self.text('.controls'))
        self.dashboard.log.seek(0)
        audit = self.dashboard.log.read()
        self.assertIn('action="stop_strategy gamma" target=strategies from=127.0.0.1', audit)
        self.assertNotIn(TOKEN, audit)
        self.publisher.show('gamma', {'pnl': 1}, run_state='stopped')
        self.all('[role=tab].strategy')[0].click()
        self.press('start')
        self.press('Start gamma')
        self.assertEqual(self.publisher.next_command(), 'start_strategy gamma')
        self.assert_quiet()

    def choose(self, label, text):
        select = self.one(f'dialog select[aria-label="{label}"]')
        eventually(lambda: [x for x in select.find_elements(By.TAG_NAME, 'option') if x.text == text], text)[0].click()

    def enter(self, label, text):
        typed = self.one(f'dialog input[aria-label="{label}"]')
        typed.clear()
        typed.send_keys(text)

    def test_trading_is_halted_as_a_whole_or_in_part(self):
        self.log_in()
        eventually(lambda: self.tabs() == ['gamma'], 'the strategy')
        self.press('Halt trading')
        self.all('dialog button')[1].click()
        self.assertEqual(self.publisher.next_command(),
                         'restrict all halted: asked for on the dashboard by 127.0.0.1 (dashboard)')
        self.press('Halt trading')
        self.enter('why', ' ')
        self.assertFalse(self.all('dialog button')[1].is_enabled(), 'a halt has a reason')
        self.enter('why', 'lunch')
        self.choose('of', 'strategy gamma')
        self.one('dialog input[type=checkbox]').click()
        self.assert_contrast('dialog')
        self.shot('halt-dark-1280')
        self.all('dialog button')[1].click()
        self.assertEqual(self.publisher.next_command(),
                         'restrict strategy gamma reduce_only: lunch by 127.0.0.1 (dashboard)')
        eventually(lambda: 'halt_trading strategy gamma, reduce only: lunch' in self.text('.controls'), 'the audit')
        self.assert_quiet()

    def test_the_kill_switch_asks_for_a_word_and_tells_how_it_goes(self):
        self.log_in()
        eventually(lambda: 'Kill switch' in self.text('#acts'), 'the controls')
        self.all('[role=tab]')[1].click()  # it is on every page
        self.press('Kill switch')
        self.choose('of', 'venue derive')
        self.one('dialog input[type=checkbox]').click()
        off, go = self.all('dialog button')
        self.assertFalse(go.is_enabled())
        word = self.one('dialog input.word')
        word.send_keys('KIL')
        self.assertFalse(go.is_enabled())
        word.send_keys('L')
        self.shot('kill-dark-1280')
        go.click()
        self.assertEqual(self.publisher.next_command(),
                         'kill venue derive flatten: kill switch on the dashboard by 127.0.0.1 (dashboard)')
        eventually(lambda: self.text('#acts .newest').endswith('flatten: kill switch on the dashboard: done'), 'that it was taken')
        self.all('[role=tab]')[0].click()
        eventually(lambda: 'it has begun' in self.text('.controls'), 'that it began')
        kill = {'scope': 'venue', 'name': 'derive', 'flatten': True, 'reason': 'kill switch on the dashboard',
                'by': '127.0.0.1 (dashboard)', 'is_over': False, 'is_clean': False, 'lines': ['2 orders are open']}
        halt = {'scope': 'venue', 'name': 'derive', 'state': 'halted', 'source': 'command', 'reason': 'the switch',
                'by': '127.0.0.1 (dashboard)'}
        self.publisher.say(risk={'states': [halt], 'limits': [], 'kills': [kill]})
        eventually(lambda: '▲ under way' in self.text('.risk'), 'the progress')
        self.assertIn('killing venue derive', self.text('.tile[aria-label=Trading]'))
        kill.update(is_over=True, is_clean=True, lines=['2 orders are open', 'none is open, says derive'])
        self.publisher.say(risk={'states': [halt], 'limits': [], 'kills': [kill]})
        eventually(lambda: '● done' in self.text('.risk'), 'the outcome')
        self.assertIn('2 orders are open · none is open, says derive', self.text('.risk'))
        self.press('resume')
        self.assertIn('venue derive may trade again', self.text('dialog'))
        self.press('Resume trading')
        self.assertEqual(self.publisher.next_command(), 'resume venue derive by 127.0.0.1 (dashboard)')
        self.publisher.say(risk={'states': [], 'limits': [], 'kills': [kill]})
        eventually(lambda: 'active everywhere' in self.text('.risk'), 'that it goes on')
        self.assert_quiet()

    def test_a_command_that_fails_says_why(self):
        self.publisher.show('broken', {'pnl': 1})
        self.log_in()
        eventually(lambda: self.tabs() == ['broken', 'gamma'], 'the strategies')
        self.all('[role=tab].strategy')[0].click()
        self.press('stop')
        self.press('Stop broken')
        eventually(lambda: self.text('#acts .newest') == '✕ stop_strategy broken: failed', 'it on the page that is shown')
        self.all('[role=tab]')[0].click()
        eventually(lambda: '✕ failed' in self.text('.controls'), 'the failure')
        self.assertIn('it will not stop', self.text('.controls'))

    def test_a_log_out_takes_it_all_away(self):
        self.log_in()
        self.press('Log out')
        eventually(lambda: [x.text for x in self.all('#acts button') if x.is_displayed()] == ['Log in'], 'nothing')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
