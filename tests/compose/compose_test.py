"""Strike in containers on a real Docker engine, against the sandbox: deploy/docker-compose.yml and compose.sandbox.yml.

usage: compose_test.py BIN
BIN holds the programs, built. The image is made of them, so that nothing is compiled twice. Exit code 77: skipped, with a
line that says why. One deployment is shared by all tests, which run in the order of their names; it has a project name of
its own, takes a free port, and is removed at the end, whatever happens.
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
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEPLOY = os.path.join(ROOT, 'deploy')
SERVICES = ['gateway-deribit', 'gateway-derive', 'gateway-polymarket', 'router', 'exec', 'strategies', 'recorder',
            'dashboard']
LONGEST_S = 800  # below ctest's limit, which would leave containers behind; the first run makes the base image
IMAGE = 'strike-test:latest'
VENUES = ['deribit', 'derive', 'polymarket']


def skip(why):
    print(f'skipped: the compose test {why}')
    sys.exit(77)


def run(*command, seconds=60, check=True, **more):
    """Standard output of a command; what it said is in the error if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, **more)
    if check and done.returncode != 0:
        raise AssertionError(f'{" ".join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout if check else done


def works(*command):
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def compose_program():
    for command in (['docker', 'compose'], ['docker-compose']):
        if shutil.which(command[0]) and works(*command, 'version'):
            return command
    return skip('needs docker compose or docker-compose')


def eventually(condition, what, seconds=60, every=0.5):
    """The first true value of `condition`."""
    end = time.monotonic() + seconds
    last = None
    while time.monotonic() < end:
        last = condition()
        if last:
            return last
        time.sleep(every)
    raise AssertionError(f'not in {seconds} s: {what}; last: {last!r}')


class Deployment:
    """The containers of one compose project."""

    def __init__(self, compose, image):
        self.folder = tempfile.mkdtemp(prefix='strike-compose-')
        self.project = f'striketest{os.getpid()}'
        run(os.path.join(DEPLOY, 'docker', 'secrets'), os.path.join(self.folder, 'secrets'))
        self.token = self.read('secrets/dashboard_token')
        self.write_config()
        self.environment = dict(os.environ, STRIKE_IMAGE=image, STRIKE_DASHBOARD_PORT='0',
                                STRIKE_SECRETS=os.path.join(self.folder, 'secrets'),
                                STRIKE_CONFIG=os.path.join(self.folder, 'strike.toml'))
        self.compose_command = compose + ['-p', self.project] + [
            word for name in ('docker-compose.yml', 'compose.sandbox.yml') for word in ('-f', os.path.join(DEPLOY, name))]

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding='utf-8') as file:
            return file.read()

    def write_config(self):
        """As shipped, but at the first move momentum places an order, which rests for long: there is one to cancel."""
        with open(os.path.join(DEPLOY, 'docker', 'sandbox.toml'), encoding='utf-8') as file:
            text = file.read()
        text, changed = re.subn(r'^threshold = .*$', 'threshold = 0.000001\nentry = "join"\nentry_timeout = "2m"', text, flags=re.M)
        assert changed, 'sandbox.toml has no strategy with a threshold'
        with open(os.path.join(self.folder, 'strike.toml'), 'w', encoding='utf-8') as file:
            file.write(text)

    def compose(self, *words, seconds=120):
        return run(*self.compose_command, *words, seconds=seconds, env=self.environment)

    def container(self, service):
        return self.compose('ps', '-q', service).strip()

    def inspect(self, service):
        return json.loads(run('docker', 'inspect', self.containers[service]))[0]

    def start(self):
        self.compose('up', '-d', '--no-build', seconds=200)
        self.containers = {service: self.container(service) for service in SERVICES + ['sandbox']}

    def inside(self, service, *command, seconds=20):
        return run('docker', 'exec', self.containers[service], *command, seconds=seconds, check=False)

    def get(self, service, path, port=9100):
        """Status and body of an answer; (0, '') without one."""
        script = (f'exec 3<>/dev/tcp/127.0.0.1/{port} && printf "GET {path} HTTP/1.1\\r\\nHost: localhost\\r\\n'
                  'Connection: close\\r\\n\\r\\n" >&3 && cat <&3')
        answer = self.inside(service, 'bash', '-c', script).stdout
        found = re.match(r'HTTP/1\.1 (\d+) ', answer)
        return (int(found.group(1)), answer.partition('\n\n')[2] or answer.partition('\r\n\r\n')[2]) if found else (0, '')

    def metrics(self, service):
        """name -> sum over its labels"""
        sums = {}
        for name, value in re.findall(r'^(\w+)(?:\{[^}]*\})? (\S+)', self.get(service, '/metrics')[1], flags=re.M):
            sums[name] = sums.get(name, 0) + float(value)
        return sums

    def truth(self, what, venue):
        """What the sandbox itself knows of a venue's orders or fills, as a list."""
        found = json.loads(self.get('sandbox', f'/truth/{what}?venue={venue}', port=9440)[1] or '[]')
        return found if isinstance(found, list) else found[what]

    def open_orders(self, venue):
        return [x for x in self.truth('orders', venue) if x['state'] in ('pending', 'open', 'partially_filled')]

    def is_ready(self, service):
        return self.get(service, '/readyz')[0] == 200

    def crash(self, service):
        """Kills the program, not the container: `docker kill` would be a stop that nobody restarts from."""
        self.inside(service, 'bash', '-c', 'kill -9 $(cat /proc/1/task/1/children)')

    def logs(self):
        return self.compose('logs', '--tail', '40')

    def remove(self):
        self.compose('down', '-v', '--remove-orphans', '-t', '20', seconds=150)
        shutil.rmtree(self.folder, ignore_errors=True)


class ComposeTest(unittest.TestCase):
    failed = False

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before and not ComposeTest.failed:
            ComposeTest.failed = True
            print(strike.logs())

    def grows(self, service, metric):
        first = strike.metrics(service).get(metric, 0)
        eventually(lambda: strike.metrics(service).get(metric, 0) > first, f'{service}: {metric} grows', seconds=60)

    def test_01_every_service_becomes_healthy(self):
        for service in SERVICES:
            eventually(lambda: strike.inspect(service)['State']['Health']['Status'] == 'healthy', f'{service} is healthy',
                       seconds=90)

    def test_02_events_of_three_venues_reach_strategies_recorder_and_exec(self):
        for venue in VENUES:
            self.grows(f'gateway-{venue}', 'strike_gateway_events_total')
        self.grows('strategies', 'strike_strategy_events_total')
        self.grows('recorder', 'strike_recorder_events_total')

    def test_03_orders_are_filled_by_the_sandbox_at_every_venue(self):
        for venue in VENUES:
            eventually(lambda: strike.truth('fills', venue), f'the sandbox filled an order at {venue}', seconds=90)
        eventually(lambda: strike.metrics('exec').get('strike_exec_fills_total', 0) > 0, 'exec booked a fill', seconds=90)
        eventually(lambda: strike.metrics('strategies').get('strike_strategy_fills_total', 0) > 0, 'a strategy saw it')

    def test_04_only_the_dashboard_is_published_and_asks_for_its_token(self):
        published = {service: strike.inspect(service)['NetworkSettings']['Ports'] for service in SERVICES + ['sandbox']}
        bound = {service: [x for ports in published[service].values() if ports for x in ports] for service in published}
        self.assertEqual([service for service in bound if bound[service]], ['dashboard'])
        self.assertEqual({x['HostIp'] for x in bound['dashboard']}, {'127.0.0.1'})
        url = f'http://127.0.0.1:{bound["dashboard"][0]["HostPort"]}'
        with urllib.request.urlopen(url + '/', timeout=10) as page:
            self.assertIn('Strike', page.read().decode())
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url + '/metrics', timeout=10)
        self.assertEqual(refused.exception.code, 401)
        refused.exception.close()
        known = urllib.request.Request(url + '/metrics', headers={'Authorization': f'Bearer {strike.token}'})
        with urllib.request.urlopen(known, timeout=10) as page:
            self.assertIn('strike_dashboard_', page.read().decode())

    def test_05_nothing_runs_as_root_or_writes_to_its_image(self):
        for service in SERVICES + ['sandbox']:
            self.assertEqual(strike.inside(service, 'id', '-u').stdout.strip(), '10001', service)
            self.assertNotEqual(strike.inside(service, 'touch', '/usr/local/bin/x').returncode, 0, service)
            host = strike.inspect(service)['HostConfig']
            self.assertEqual((host['CapDrop'], host['ReadonlyRootfs'], host['Privileged']), (['ALL'], True, False))
            self.assertTrue(host['Memory'] and host['NanoCpus'] and host['PidsLimit'], service)
            self.assertEqual(host['LogConfig']['Config'].get('max-size'), '20m', service)

    def test_06_the_bus_has_no_way_out(self):
        networks = {service: {name.split('_')[-1] for name in strike.inspect(service)['NetworkSettings']['Networks']}
                    for service in SERVICES}
        self.assertEqual({service for service in SERVICES if 'bus' in networks[service]}, set(SERVICES))
        for service in ('router', 'strategies', 'recorder'):
            self.assertEqual(networks[service], {'bus'}, service)
        bus = json.loads(run('docker', 'network', 'inspect', f'{strike.project}_bus'))[0]
        self.assertTrue(bus['Internal'])

    def test_07_every_library_of_every_program_is_in_the_image(self):
        missing = strike.inside('router', 'bash', '-c', 'for x in /usr/local/bin/strike*; do ldd "$x" 2>&1; done').stdout
        self.assertNotIn('not found', missing)

    def test_08_metrics_that_alerts_and_panels_name_exist(self):
        shown = set().union(*(strike.metrics(service) for service in SERVICES))
        for file in ('alerts.yml', 'dashboard.json'):
            with open(os.path.join(DEPLOY, 'metrics', file), encoding='utf-8') as text:
                named = set(re.findall(r'\bstrike_[a-z_]+', text.read()))
            self.assertTrue(named, file)
            self.assertEqual(named - shown, set(), f'{file} names what no service exports')

    def test_09_what_crashes_comes_back_and_events_flow_again(self):
        for service in SERVICES:
            before = strike.inspect(service)['RestartCount']
            strike.crash(service)
            eventually(lambda: strike.inspect(service)['RestartCount'] > before, f'{service} is started anew')
            eventually(lambda: strike.is_ready(service), f'{service} is ready again')
        for venue in VENUES:
            self.grows(f'gateway-{venue}', 'strike_gateway_events_total')
        self.grows('strategies', 'strike_strategy_events_total')
        self.grows('exec', 'strike_exec_fills_total')

    def test_10_a_gateway_cut_off_from_the_router_is_noticed_and_found_again(self):
        network, cut_off = f'{strike.project}_bus', strike.containers['gateway-deribit']
        run('docker', 'network', 'disconnect', network, cut_off)
        eventually(lambda: strike.get('router', '/readyz')[0] == 503, 'the router says that it is not ready')
        self.assertIn('gateway-deribit', strike.get('router', '/readyz')[1])
        self.grows('strategies', 'strike_strategy_events_total')  # of the other venues
        run('docker', 'network', 'connect', '--alias', 'gateway-deribit', network, cut_off)
        eventually(lambda: strike.is_ready('router'), 'the router is ready again')
        self.grows('gateway-deribit', 'strike_gateway_events_total')

    def test_11_exec_stops_in_good_order_and_leaves_no_order_open(self):
        for venue in VENUES:
            eventually(lambda: strike.open_orders(venue), f'an order rests at {venue}', every=0.1)
        strike.compose('stop', 'exec')
        self.assertEqual([x for venue in VENUES for x in strike.open_orders(venue)], [])
        ended = strike.inspect('exec')['State']
        self.assertEqual((ended['Status'], ended['ExitCode']), ('exited', 0))

    def test_12_gateways_find_a_venue_again_that_went_down(self):
        before = strike.inspect('sandbox')['RestartCount']
        strike.crash('sandbox')
        eventually(lambda: strike.inspect('sandbox')['RestartCount'] > before, 'the sandbox is started anew')
        self.grows('gateway-deribit', 'strike_gateway_events_total')

    def test_13_down_leaves_nothing(self):
        strike.remove()
        left = run('docker', 'ps', '-aq', '--filter', f'label=com.docker.compose.project={strike.project}')
        left += run('docker', 'network', 'ls', '-q', '--filter', f'name={strike.project}_')
        left += run('docker', 'volume', 'ls', '-q', '--filter', f'name={strike.project}_')
        self.assertEqual(left, '')


def check_programs(folder):
    for service in SERVICES + ['sandbox']:
        if not os.access(os.path.join(folder, f'strike-{service}'), os.X_OK):
            skip(f'finds no strike-{service} in {folder}; build it')
    for service, word, what in (('dashboard', b'STRIKE_DASHBOARD_TOKEN', 'an access token, without which it listens to '
                                 'its own container only'), ('exec', b'strike_exec_risk_state', 'an order store and risk limits')):
        with open(os.path.join(folder, f'strike-{service}'), 'rb') as file:
            if word not in file.read():
                skip(f'needs a strike-{service} with {what}')


def image_id():
    return run('docker', 'image', 'inspect', '-f', '{{.Id}}', IMAGE, check=False).stdout.strip()


def build_image(folder):
    """Under a name that stays, with the layers that do not change: the next one takes seconds."""
    before = image_id()
    try:
        base = run(os.path.join(ROOT, 'tests', 'compose', 'base-image'), seconds=LONGEST_S / 2, check=False)
    except subprocess.TimeoutExpired:
        skip(f'needs the image debian:bookworm-slim, which was not made in {LONGEST_S / 2:.0f} s')
    if base.returncode != 0:
        skip(f'needs the image debian:bookworm-slim; {(base.stderr.strip() or "no reason given").splitlines()[-1]}')
    print(f'building {IMAGE} of {folder}', flush=True)
    built = run(os.path.join(DEPLOY, 'docker', 'prebuilt'), folder, IMAGE, seconds=LONGEST_S, check=False)
    if re.search('Could not resolve|Unable to connect|Temporary failure', built.stdout + built.stderr):
        skip('needs a Debian mirror within reach of `docker build`')
    if built.returncode != 0:
        sys.exit(f'the image does not build:\n{built.stdout}{built.stderr}')
    if before and before != image_id():
        run('docker', 'image', 'rm', before, check=False)


def limit_time():
    def out_of_time(*_):
        raise AssertionError(f'not finished after {LONGEST_S} s')
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(LONGEST_S)


def main():
    global strike
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv.pop()
    if not shutil.which('docker') or not works('docker', 'info'):
        skip('needs a Docker engine that answers `docker info`')
    compose = compose_program()
    check_programs(folder)
    limit_time()
    build_image(folder)
    size = int(run('docker', 'image', 'inspect', '-f', '{{.Size}}', IMAGE))
    print(f'image: {size / 1e6:.0f} MB', flush=True)
    strike = Deployment(compose, IMAGE)
    try:
        print(f'starting {strike.project}', flush=True)
        strike.start()
        unittest.main(verbosity=2, failfast=False)
    except AssertionError:
        print(strike.logs())
        raise
    finally:
        if os.path.exists(strike.folder):
            strike.remove()


if __name__ == '__main__':
    main()
