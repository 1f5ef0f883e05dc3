import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaration } from '../../cli/local/assembly';
import { commandsOfPlan } from '../../cli/local/commands-of-plan';
import { readDeclarations } from '../../lib/tunnel/declaration/read';
import { call, project } from './fake';

const ROOT = join(__dirname, '..', '..');
const script = (...files: readonly string[]) =>
  files.map((file) => readFileSync(join(ROOT, 'documents', file), 'utf8')).join('');
const document = (name: string, text: string) => ({
  Type: 'AWS::SSM::Document',
  Properties: { Name: name, Content: { mainSteps: [{ inputs: { runCommand: text.split('\n') } }] } },
});

const TEXT = readFileSync(join(ROOT, 'tunnels', 'edge-a.yaml'), 'utf8');
const EDGE_A = readDeclarations([{ path: 'edge-a.yaml', text: TEXT }])[0]!;

/** A project with the real scripts and the real example in an assembly like the one that the CDK writes. */
function assembled(deployment = 'edge-ramp'): string {
  const folder = project({ tunnels: { 'edge-a.yaml': TEXT } });
  const template = {
    Resources: {
      Bigip: document(
        `${deployment}-bigip-apply-1`,
        script('prelude.sh', 'bigip-listing.sh', 'bigip-session.sh', 'bigip-group.sh', 'bigip-apply.sh'),
      ),
      Ramp: document(
        `${deployment}-ramp-apply-1`,
        script('prelude.sh', 'ramp-objects.sh', 'ramp-make.sh', 'ramp-apply.sh'),
      ),
      Look: document(`${deployment}-ramp-observe-1`, 'exit 1'),
      Tunnel: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: '/edge-ramp/tunnels/edge-a', Value: JSON.stringify(EDGE_A) },
      },
    },
  };
  const manifest = { artifacts: { A: { type: 'aws:cloudformation:stack', properties: { templateFile: 'A.json' } } } };
  writeFileSync(join(folder, 'cdk.out', 'A.json'), JSON.stringify(template));
  writeFileSync(join(folder, 'cdk.out', 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

const BIGIP = { device: '10.3.88.66', saved: '0123456789abcdef' };
const NOBODY = { bigip: [], ramp: [], cluster: [] };
const WORK = {
  detach: {
    ...NOBODY,
    bigip: [{ ...BIGIP, operations: ['modify~virtual v~type snat pool SDN_snatpool~type none'] }],
  },
  prepare: NOBODY,
  shape: {
    ...NOBODY,
    bigip: [{ ...BIGIP, operations: ['delete~self SDN~address 10.3.91.216/24 vlan SDN~-'] }],
    ramp: [
      {
        device: 'i-0a4e90de0a4e90de0',
        operations: ['create~link tun1~-~up', 'create~address tun1 10.3.91.217~-~/32'],
        saved: null,
      },
    ],
  },
  attach: NOBODY,
  clean: NOBODY,
};
const COMMANDS = [
  {
    device: 'BIG-IP 10.3.88.66',
    through: 'i-0ba5710a0ba5710a0',
    stage: 'detach',
    commands: [
      'create cli transaction; modify ltm virtual /Common/v source-address-translation { type none }; submit cli transaction',
    ],
  },
  {
    device: 'BIG-IP 10.3.88.66',
    through: 'i-0ba5710a0ba5710a0',
    stage: 'shape',
    commands: ['delete net self /Common/SDN'],
  },
  {
    device: 'ramp node i-0a4e90de0a4e90de0',
    through: 'i-0a4e90de0a4e90de0',
    stage: 'shape',
    commands: ['ip link set tun1 up', 'ip addr add 10.3.91.217/32 dev tun1'],
  },
];

test.each(['edge-ramp', 'edge-ramp-staging'])(
  'the very scripts of %s print their commands, a device and stage at a time',
  (deployment) => {
    expect(commandsOfPlan(assembled(deployment), EDGE_A, null, '0123456789abcdef', WORK)).toEqual(COMMANDS);
  },
);

test('plan --commands shows them as a script, and gives them to programs', async () => {
  const output = { endState: 'Planned', changes: [], digest: '0123456789abcdef', work: WORK };
  const folder = assembled();
  const plan = (...more: string[]) =>
    call(['plan', 'edge-a', '--local', '--commands', ...more], { output, declared: EDGE_A }, { project: folder });
  expect((await plan()).out).toContain(
    '# ramp node i-0a4e90de0a4e90de0: configure\nip link set tun1 up\nip addr add 10.3.91.217/32 dev tun1\n',
  );
  expect(JSON.parse((await plan('--json')).out)).toMatchObject({ commands: COMMANDS });
});

test('a device that only proves what another one changes has no commands', () => {
  const proves = { ...BIGIP, operations: [], proves: true as const };
  const work = { ...WORK, detach: NOBODY, shape: { ...WORK.shape, bigip: [proves] } };
  expect(commandsOfPlan(assembled(), EDGE_A, null, '-', work)).toEqual(COMMANDS.slice(2));
});

test('what cannot be printed is said in one sentence', () => {
  const work = {
    ...WORK,
    detach: NOBODY,
    shape: { ...NOBODY, ramp: [{ ...WORK.shape.ramp[0]!, operations: ['fly~moon x~-~y'] }] },
  };
  expect(() => commandsOfPlan(assembled(), EDGE_A, null, '-', work)).toThrow(
    'The commands cannot be printed: edge-ramp: unknown operation: fly moon',
  );
  expect(() => declaration(assembled(), 'edge-z')).toThrow('cdk.out declares no tunnel edge-z');
});
