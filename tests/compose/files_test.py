"""The deployment's files agree with each other and with the documents; needs no Docker engine."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def text_of(*path):
    with open(os.path.join(ROOT, *path), encoding='utf-8') as file:
        return file.read()


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False, **more)


class FilesTest(unittest.TestCase):
    def test_every_alert_says_what_to_do(self):
        alerts = set(re.findall(r'- alert: (\w+)', text_of('deploy', 'metrics', 'alerts.yml')))
        explained = set(re.findall(r'^### (\w+)$', text_of('docs', 'operations.md'), flags=re.M))
        self.assertTrue(alerts)
        self.assertEqual(alerts, explained)

    def test_every_panel_asks_something(self):
        panels = json.loads(text_of('deploy', 'metrics', 'dashboard.json'))['panels']
        self.assertTrue(panels)
        for panel in panels:
            self.assertTrue(panel['targets'] and all(x['expr'] for x in panel['targets']), panel['title'])

    def test_prometheus_asks_every_service_of_the_compose_file(self):
        services = re.search(r'^services:\n(.*?)^networks:', text_of('deploy', 'docker-compose.yml'), flags=re.M | re.S)
        named = set(re.findall(r'^  ([a-z-]+):$', services.group(1), flags=re.M))
        asked = set(re.findall(r'- ([a-z-]+):9100$', text_of('deploy', 'metrics', 'prometheus.yml'), flags=re.M))
        self.assertEqual(named, asked)

    def test_every_variable_of_the_compose_files_is_in_the_example(self):
        files = [name for name in os.listdir(os.path.join(ROOT, 'deploy')) if name.endswith('.yml')]
        used = {x for name in files for x in re.findall(r'\$\{(STRIKE_\w+)', text_of('deploy', name))}
        self.assertEqual(used - set(re.findall(r'^#?(\w+)=', text_of('deploy', '.env.example'), flags=re.M)), set())

    def test_compose_reads_every_combination(self):
        compose = next((x for x in (['docker', 'compose'], ['docker-compose'])
                        if shutil.which(x[0]) and run(*x, 'version').returncode == 0), None)
        if not compose:
            self.skipTest('needs docker compose or docker-compose')
        for more in ([], ['sandbox'], ['live'], ['metrics'], ['replay'], ['sandbox', 'metrics']):
            files = [os.path.join(ROOT, 'deploy', 'docker-compose.yml')]
            files += [os.path.join(ROOT, 'deploy', f'compose.{name}.yml') for name in more]
            done = run(*compose, *(word for file in files for word in ('-f', file)), 'config', '-q')
            self.assertEqual(done.returncode, 0, f'{more}: {done.stderr}')

    def test_the_configuration_reference_is_that_of_the_example(self):
        made = run(os.path.join(ROOT, 'docs', 'make-configuration'))
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertTrue(made.stdout == text_of('docs', 'configuration.md'),
                        'docs/configuration.md is older than deploy/strike.example.toml; run docs/make-configuration >'
                        'docs/configuration.md')

    def test_systemd_takes_the_units(self):
        if not shutil.which('systemd-analyze'):
            self.skipTest('needs systemd-analyze')
        with tempfile.TemporaryDirectory() as folder:
            unit = text_of('deploy', 'systemd', 'strike@.service').replace('/usr/local/bin/strike-%i', '/bin/true')
            for name, text in (('strike@exec.service', unit), ('strike.target', text_of('deploy', 'systemd', 'strike.target'))):
                with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                    file.write(text)
            shutil.copytree(os.path.join(ROOT, 'deploy', 'systemd', 'strike@exec.service.d'),
                            os.path.join(folder, 'strike@exec.service.d'))
            done = run('systemd-analyze', 'verify', *(os.path.join(folder, x) for x in ('strike@exec.service', 'strike.target')))
            complaints = [line for line in done.stderr.splitlines() if 'strike' in line]  # others are of the machine's own
            self.assertEqual((done.returncode, complaints), (0, []), done.stderr)

    def test_the_stack_has_a_key_for_every_service_and_for_whom_it_connects_to(self):
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(2):  # the second time keeps the keys
                done = run(os.path.join(ROOT, 'deploy', 'swarm', 'prepare'), os.path.join(ROOT, 'deploy', 'docker', 'strike.toml'),
                           folder)
                self.assertEqual(done.returncode, 0, done.stderr)
                made = {name: text_of(folder, name) for name in os.listdir(folder)}
            services = {name[:-4] for name in made if name.endswith('.key')}
            self.assertEqual(services, set(re.findall(r'source: bus-([a-z-]+),', text_of('deploy', 'swarm', 'stack.yml'))))
            self.assertIn('"tcp://router:5555" = "', made['router-leaf.toml'])
            self.assertNotIn('gateway-deribit:5551" = "', made['router-leaf.toml'])
            self.assertIn('"tcp://gateway-deribit:5551" = "', made['router.toml'])
            self.assertIn('"tcp://exec:5570" = "', made['strategies.toml'])
            self.assertIn('"tcp://recorder:5580" = "', made['dashboard.toml'])

    def test_scripts_are_well_formed(self):
        for path in (('deploy', 'docker', 'prebuilt'), ('deploy', 'docker', 'secrets'), ('deploy', 'docker', 'strike-health'),
                     ('tests', 'compose', 'base-image')):
            file = os.path.join(ROOT, *path)
            self.assertTrue(os.access(file, os.X_OK), file)
            self.assertEqual(run('bash', '-n', file).stderr, '')


if __name__ == '__main__':
    unittest.main()
