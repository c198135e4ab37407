"""The stack of deploy/swarm on a swarm of one node, against the sandbox: CURVE keys everywhere, two routers as a tree.

usage: swarm_test.py BIN
As compose_test.py, whose image it makes, too. An engine that is part of a swarm already is left alone: skipped.
"""
import os
import sys
import unittest

import compose_test
from compose_test import DEPLOY, IMAGE, Deployment, build_image, eventually, run, skip, works

SERVICES = compose_test.SERVICES + ['router-leaf']


class Stack(Deployment):
    """The containers of one stack; as of a compose project, but found by the names that swarm gives them."""

    def __init__(self, image):
        super().__init__([], image)
        keys = os.path.join(self.folder, 'keys')
        run(os.path.join(DEPLOY, 'swarm', 'prepare'), self.environment['STRIKE_CONFIG'], keys)
        self.environment.update(STRIKE_KEYS=keys, STRIKE_DASHBOARD_PORT='0')

    def start(self):
        run('docker', 'swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:2377')
        node = run('docker', 'node', 'ls', '-q').strip()
        run('docker', 'node', 'update', '--label-add', 'strike.venues=true', '--label-add', 'strike.strategies=true', node)
        files = [word for name in ('stack.yml', 'sandbox.yml') for word in ('-c', os.path.join(DEPLOY, 'swarm', name))]
        run('docker', 'stack', 'deploy', '--resolve-image', 'never', *files, self.project, env=self.environment)

    def inside(self, service, *command, seconds=20):
        """In the container of now: one that starts before the sandbox has its certificates is replaced."""
        return run('docker', 'exec', self.container(service) or 'none', *command, seconds=seconds, check=False)

    def container(self, service):
        return run('docker', 'ps', '-q', '--filter', f'label=com.docker.swarm.service.name={self.project}_{service}').strip()

    def logs(self):
        return ''.join(run('docker', 'service', 'logs', '--raw', '--tail', '20', f'{self.project}_{service}', check=False).stdout
                       for service in SERVICES)

    def remove(self):
        run('docker', 'stack', 'rm', self.project, check=False)
        eventually(lambda: not run('docker', 'ps', '-aq', '--filter', f'label=com.docker.stack.namespace={self.project}'),
                   'the stack ends', seconds=90)
        run('docker', 'swarm', 'leave', '--force', check=False)
        volumes = run('docker', 'volume', 'ls', '-q', '--filter', f'name={self.project}_').split()
        eventually(lambda: not volumes or run('docker', 'volume', 'rm', '-f', *volumes, check=False).returncode == 0,
                   'the engine lets go of the volumes', seconds=30)
        compose_test.shutil.rmtree(self.folder, ignore_errors=True)


class SwarmTest(unittest.TestCase):
    def test_1_every_service_is_ready_behind_its_keys(self):
        for service in SERVICES:
            eventually(lambda: stack.is_ready(service), f'{service} is ready', seconds=120)

    def test_2_events_reach_strategies_over_two_routers_and_orders_are_filled(self):
        for router in ('router', 'router-leaf'):
            eventually(lambda: stack.metrics(router).get('strike_router_events_total', 0) > 0, f'{router} forwards')
        eventually(lambda: stack.metrics('strategies').get('strike_strategy_fills_total', 0) > 0, 'a fill', seconds=90)

    def test_3_each_service_is_shown_its_own_key_only(self):
        seen = {service: stack.inside(service, 'ls', '/run/secrets').stdout.split() for service in SERVICES}
        self.assertEqual(seen.pop('dashboard'), ['bus.key', 'dashboard_token'])
        self.assertEqual(set(map(tuple, seen.values())), {('bus.key',)})
        keys = {stack.inside(service, 'cat', '/run/secrets/bus.key').stdout for service in SERVICES}
        self.assertEqual(len(keys), len(SERVICES))


def main():
    global stack
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv.pop()
    if not compose_test.shutil.which('docker') or not works('docker', 'info'):
        skip('needs a Docker engine that answers `docker info`')
    if run('docker', 'info', '-f', '{{.Swarm.LocalNodeState}}').strip() != 'inactive':
        skip('leaves alone an engine that is part of a swarm')
    compose_test.check_programs(folder)
    compose_test.limit_time()
    build_image(folder)
    stack = Stack(IMAGE)
    try:
        stack.start()
        result = unittest.main(verbosity=2, exit=False).result
        if not result.wasSuccessful():
            print(stack.logs())
            sys.exit(1)
    finally:
        stack.remove()


if __name__ == '__main__':
    main()
