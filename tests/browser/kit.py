"""What the browser tests share: a publisher in the place of all services, a dashboard, a headless Chromium.

usage of a test: NAME_test.py DASHBOARD PUBLISHER SCREENSHOTS
Exit code 77: skipped, for want of Chromium or selenium. Every test gets its own dashboard; the browser is shared.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
except ImportError:
    print('skipped: the browser test needs python3-selenium')
    sys.exit(77)

CHROMIUM, DRIVER = shutil.which('chromium'), shutil.which('chromedriver')
if not CHROMIUM or not DRIVER:
    print('skipped: the browser test needs chromium and chromium-driver')
    sys.exit(77)
if len(sys.argv) != 4:
    sys.exit('usage: NAME_test.py DASHBOARD PUBLISHER SCREENSHOTS')
DASHBOARD, PUBLISHER, SCREENSHOTS = map(os.path.abspath, sys.argv[1:])
os.makedirs(SCREENSHOTS, exist_ok=True)

START_MS = 1_764_000_000_000


def eventually(condition, what, seconds=10):
    """Returns the first true value of `condition`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except Exception as fault:  # pylint: disable=broad-except # an element that was just replaced
            last = fault
        else:
            last = value
        time.sleep(0.05)
    raise AssertionError(f'not in {seconds} s: {what}; last: {last!r}')


class Publisher:
    def __init__(self, endpoint=None):
        self.process = subprocess.Popen([PUBLISHER] + ([endpoint] if endpoint else []), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.endpoint, self.control = self.process.stdout.readline().split()

    def say(self, **what):
        self.process.stdin.write(json.dumps(what) + '\n')
        self.process.stdin.flush()

    def show(self, strategy, state, **more):
        self.say(strategy=strategy, state=state, **more)

    def next_command(self):
        """The next ControlRequest that reached the services, as 'start_strategy gamma'."""
        return self.process.stdout.readline().strip()

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Dashboard:
    def __init__(self, upstream, listen='127.0.0.1:0', config='', secrets=None):
        self.log = tempfile.TemporaryFile('w+')
        self.config = tempfile.NamedTemporaryFile('w', suffix='.toml')
        self.config.write(config)
        self.config.flush()
        self.process = subprocess.Popen([DASHBOARD, '--config', self.config.name, '--upstream', upstream, '--listen',
                                         listen], stderr=self.log, cwd=tempfile.gettempdir(),
                                        env={**os.environ, **(secrets or {})})
        self.url = eventually(self.found_url, 'the dashboard listens')

    def found_url(self):
        self.log.seek(0)
        found = re.search(r'url=(\S+)', self.log.read())
        return found and found.group(1)

    def stop(self):
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(10)
        self.log.close()
        return code, time.monotonic() - started


class DashboardCase(unittest.TestCase):
    """A test in front of a dashboard. `config` is added to its strike.toml, `secrets` to its
    environment."""
    config, secrets = '', {}

    @classmethod
    def setUpClass(cls):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for x in ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--window-size=1280,900',
                  '--force-prefers-reduced-motion'):
            options.add_argument(x)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
        cls.browser = webdriver.Chrome(service=Service(DRIVER), options=options)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()

    def setUp(self):
        self.publisher = Publisher()
        self.addCleanup(lambda: self.publisher.stop())
        self.start_dashboard()
        self.addCleanup(lambda: self.dashboard.stop())
        self.screen(1280, 900)
        self.theme('dark')
        self.browser.get('about:blank')  # the page of the test before asks on
        self.browser.get_log('browser')

    # ---- helpers

    def start_dashboard(self, listen='127.0.0.1:0'):
        config = ('[dashboard]\n' + ''.join(f'{x}_control = "{self.publisher.control}"\n'
                                            for x in ('strategies', 'exec', 'replay')))
        self.dashboard = Dashboard(self.publisher.endpoint, listen, config + self.config, self.secrets)

    def screen(self, width, height):
        self.browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride',
                                     {'width': width, 'height': height, 'deviceScaleFactor': 1, 'mobile': width < 600})

    def theme(self, name):
        self.browser.execute_cdp_cmd('Emulation.setEmulatedMedia',
                                     {'features': [{'name': 'prefers-color-scheme', 'value': name}]})

    def open(self, fragment=''):
        self.browser.get('about:blank')
        self.browser.get(self.dashboard.url + fragment)

    def all(self, css):
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def inside(self, css):
        """In the page that is shown."""
        return self.panel().find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def text(self, css):
        return self.one(css).text

    def tabs(self):
        return [x.text for x in self.all('[role=tab] .name')]

    def selected(self):
        return self.text('[role=tab][aria-selected=true] .name')

    def panel(self):
        return self.one('[role=tabpanel]:not([hidden])')

    def value_of(self, label):
        return self.panel().find_element(By.XPATH, f'.//dt[text()="{label}"]/following-sibling::dd')

    def rows(self, label):
        table = self.panel().find_element(By.CSS_SELECTOR, f'[role=region][aria-label="{label}"]')
        return [[c.text for c in r.find_elements(By.CSS_SELECTOR, 'td, th[scope=row]')]
                for r in table.find_elements(By.CSS_SELECTOR, 'tbody tr')]

    def shot(self, name):
        self.browser.execute_cdp_cmd('Page.bringToFront', {})
        height = self.browser.execute_script('return document.documentElement.scrollHeight')
        width = self.browser.execute_script('return innerWidth')
        self.screen(width, max(height, 500))
        time.sleep(0.2)  # a frame for the charts to follow; for the picture only
        self.browser.save_screenshot(os.path.join(SCREENSHOTS, name + '.png'))

    def assert_quiet(self):
        """Nothing was refused by the content security policy, and no script failed."""
        self.assertEqual([x['message'] for x in self.browser.get_log('browser') if x['level'] == 'SEVERE'
                          and 'WebSocket connection' not in x['message']], [])

    def assert_contrast(self, what):
        """Every text has 4.5:1 against what is behind it."""
        low = self.browser.execute_script('''
          const lum = ([r, g, b]) => { const f = (v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
            return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
          const rgba = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
          const behind = (x) => { for (; x; x = x.parentElement) { const c = rgba(getComputedStyle(x).backgroundColor);
            if (c[3] === 1) return c; } return [255, 255, 255]; };
          const low = [];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) {
            const x = walk.currentNode.parentElement;
            if (!walk.currentNode.data.trim() || !x.checkVisibility()) continue;
            const [a, b] = [lum(rgba(getComputedStyle(x).color)), lum(behind(x))];
            const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            if (ratio < 4.5) low.push(`${x.className || x.tagName} "${walk.currentNode.data.trim()}" ${ratio.toFixed(2)}`);
          }
          return low;''')
        self.assertEqual(low, [], what)

    def assert_fits(self, width):
        self.assertLessEqual(self.browser.execute_script('return document.documentElement.scrollWidth'), width)

    def both_themes(self, name):
        for theme in ('dark', 'light'):
            self.theme(theme)
            self.assert_contrast(f'{name} {theme}')
            self.shot(f'{name}-{theme}-{self.browser.execute_script("return innerWidth")}')
        self.theme('dark')
