import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../../cli/preflight/check';
import { readDeclarations } from '../../lib/tunnel/declaration/read';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import {
  arnOf,
  callAws,
  items,
  MACHINE,
  parameters,
  pastExecutions,
  Refusal,
  TOPIC,
  type Answers,
} from './aws/fake-aws';
import { project } from './fake';

const FILE = readFileSync(join(__dirname, '../../tunnels/edge-b.yaml'), 'utf8').replace(
  'example: true',
  'example: false',
);
const [PAIR] = readDeclarations([{ path: 'edge-b.yaml', text: FILE }]);
const ROLES: Readonly<Record<string, string>> = {
  'mi-0ba5710b0ba5710b0': 'bastion',
  'mi-0a4e90b20a4e90b20': 'ramp',
  'mi-0a4e90b30a4e90b30': 'ramp',
  'mi-0c1a55e10c1a55e10': 'admin',
};
const BASTION = 'mi-0ba5710b0ba5710b0';

const denied = (): never => {
  throw new Refusal('AccessDeniedException', 'not allowed');
};

/** Systems Manager with every instance of the pair, but for what is said otherwise of the bastion. */
function instances(bastion: object = {}, role = 'bastion', known = true): Answers {
  const all = Object.entries({ ...ROLES, [BASTION]: role }).filter(([id]) => known || id !== BASTION);
  return {
    DescribeInstanceInformation: ({ Filters: filters }) => {
      const [{ Key: key, Values: values }] = filters as [{ Key: string; Values: string[] }];
      const found = all.filter(([id, tag]) => values.includes(key === 'InstanceIds' ? id : tag));
      return {
        InstanceInformationList: found.map(([InstanceId]) => ({
          InstanceId,
          PingStatus: 'Online',
          AgentVersion: '3.3.2746.0',
          LastPingDateTime: 1,
          ...(InstanceId === BASTION ? bastion : {}),
        })),
      };
    },
  };
}

/** SNS with these subscriptions, by ARN. */
const subscriptions = (...arns: string[]): Answers => ({
  ListSubscriptionsByTopic: () =>
    `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${arns
      .map(
        (arn) =>
          `<member><SubscriptionArn>${arn}</SubscriptionArn><Protocol>email</Protocol><Endpoint>me@example.com</Endpoint></member>`,
      )
      .join('')}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
});

/** Step Functions whose plan ends so. */
const planning = (end: object): Answers => ({
  StartExecution: ({ name }) => ({ executionArn: arnOf(String(name)), startDate: 1 }),
  GetExecutionHistory: () => ({ events: [{ id: 1, timestamp: 1, type: 'ExecutionSucceeded', previousEventId: 0 }] }),
  DescribeExecution: ({ executionArn: arn }) => ({
    executionArn: arn,
    stateMachineArn: MACHINE,
    startDate: 1,
    stopDate: 2,
    ...end,
  }),
});
const PLANNED = {
  status: 'SUCCEEDED',
  output: JSON.stringify({ endState: 'Planned', sentence: '36 changes on 4 devices; none cuts live traffic.' }),
};

const READY: Answers = {
  ...parameters({ '/edge-ramp/tunnels/edge-b': PAIR }),
  ...items({}),
  ...instances(),
  ...subscriptions(`${TOPIC}:1`),
  ...planning(PLANNED),
};

async function preflight(answers: Answers, file: string | null = FILE, ...more: string[]) {
  const folder = project();
  mkdirSync(join(folder, 'tunnels'), { recursive: true });
  if (file !== null) writeFileSync(join(folder, 'tunnels', 'edge-b.yaml'), file);
  const { code, out } = await callAws(
    ['preflight', 'edge-b', '--json', ...more],
    { ...READY, ...answers },
    { project: folder },
  );
  const { checks } = JSON.parse(out) as { checks: readonly Check[] };
  return { code, checks, failed: checks.filter(({ result }) => result === 'fail').map(({ check }) => check) };
}
const named = (checks: readonly Check[], name: string) => checks.find(({ check }) => check === name)!;

describe('a preflight', () => {
  test('of what is ready passes every check but those that nobody can make from here', async () => {
    const { code, checks } = await preflight({});
    expect(code).toBe(0);
    expect(checks.map(({ result, check }) => `${result}: ${check}`)).toEqual([
      'pass: credentials and region',
      'pass: deployment',
      'pass: version',
      'pass: table',
      'pass: lease',
      'pass: notices',
      'pass: declared',
      'pass: file',
      'pass: automation',
      ...Object.entries(ROLES).flatMap(([id, role]) =>
        ['agent', 'agent version', 'tag'].map((what) => `pass: ${role} ${id}: ${what}`),
      ),
      'pass: plan',
      'cannot know: IP protocol 4',
      "cannot know: BIG-IP user's right to write",
      'cannot know: VRRP (protocol 112)',
    ]);
  });

  test('tells a person each check with its evidence, and a verdict below', async () => {
    const { code, out } = await callAws(['preflight', 'edge-b', '--no-plan'], READY);
    expect(code).toBe(0);
    expect(out).toMatch(/^pass {9}\S/);
    expect(out).toContain('\ncannot know  plan\n             it was left out (a run that only looks)\n');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(out).toMatch(/\nNothing speaks against a first run of edge-b; 5 cannot be known from here\.\n$/);
    const broken = await callAws(['preflight', 'edge-b', '--no-plan'], { ...READY, ...subscriptions() });
    expect(broken.code).toBe(1);
    expect(broken.out).toMatch(
      /\n1 check failed: mend them before edge-b is applied; 5 cannot be known from here\.\n$/,
    );
  });

  test('of a deployment with a name has looked at the parameter of that one', async () => {
    const { checks } = await preflight(
      parameters({
        '/edge-ramp-staging/deployment': {
          contract: CONTRACT,
          stateMachine: MACHINE,
          table: 'Tunnels',
          notices: TOPIC,
        },
        '/edge-ramp-staging/tunnels/edge-b': PAIR,
      }),
      FILE,
      '--stack',
      'staging',
    );
    expect(named(checks, 'declared')).toMatchObject({
      result: 'pass',
      how: 'the parameter /edge-ramp-staging/tunnels/edge-b',
    });
  });

  test('changes nothing: what it starts is a plan', async () => {
    const { asked } = await callAws(['preflight', 'edge-b'], READY);
    const starts = asked.filter(([operation]) => operation === 'StartExecution');
    expect(starts.map(([, { input }]) => JSON.parse(String(input)) as object)).toEqual([
      { tunnel: 'edge-b', action: 'plan' },
    ]);
    expect(
      (await callAws(['preflight', 'edge-b', '--no-plan'], READY)).asked.map(([operation]) => operation),
    ).not.toContain('StartExecution');
  });
});

describe('each check can fail', () => {
  const missing = (): never => {
    throw new Refusal('ParameterNotFound', '');
  };
  const deployed = (contract: number): Answers =>
    parameters({
      '/edge-ramp/deployment': { contract, stateMachine: MACHINE, table: 'Tunnels', notices: TOPIC },
      '/edge-ramp/tunnels/edge-b': PAIR,
    });

  test.each<[string, Answers, RegExp]>([
    ['credentials and region', { GetParameter: denied }, /^AWS denies ssm:GetParameter/],
    ['deployment', { GetParameter: missing }, /^edge-ramp is not deployed in eu-central-1/],
    ['version', deployed(CONTRACT + 1), /speaks contract/],
    ['table', { GetItem: denied }, /^AWS denies dynamodb:GetItem/],
    [
      'lease',
      {
        ...items({ 'edge-b': { owner: arnOf('other'), fence: 1 } }),
        DescribeExecution: (input) =>
          (input['executionArn'] === arnOf('other') ? pastExecutions({ other: { status: 'RUNNING' } }) : READY)[
            'DescribeExecution'
          ]!(input),
      },
      /:other works on edge-b: wait for its end$/,
    ],
    ['notices', subscriptions(), /^nobody is told of failed runs: subscribe somebody/],
    ['notices', subscriptions('PendingConfirmation'), /\(1 did not confirm yet\)/],
    [
      'notices',
      {
        ListSubscriptionsByTopic: () => {
          throw new Refusal('NotFound', 'Topic does not exist');
        },
      },
      /is gone: deploy again/,
    ],
    ['declared', parameters(), /^edge-b is not declared there/],
    [`bastion ${BASTION}: agent`, instances({}, 'bastion', false), /^Systems Manager does not know it/],
    [
      `bastion ${BASTION}: agent`,
      instances({ PingStatus: 'ConnectionLost' }),
      /^ConnectionLost, last heard 1970-01-01 00:00 UTC: is it running/,
    ],
    [`bastion ${BASTION}: agent version`, instances({ AgentVersion: '3.3.2745.9' }), /^3\.3\.2745\.9, but /],
    [`bastion ${BASTION}: agent version`, instances({ AgentVersion: '3.2.9999.0' }), /^3\.2\.9999\.0, but /],
    [`bastion ${BASTION}: tag`, instances({}, 'ramp'), /has not the tag edge-ramp:role = bastion/],
    [
      'plan',
      planning({ status: 'FAILED', error: 'NotStarted', cause: 'Observe BIG-IP failed: no route to host' }),
      /^NotStarted: Observe BIG-IP failed: no route to host$/,
    ],
    ['plan', { StartExecution: denied }, /^AWS denies states:StartExecution/],
  ])('%s', async (check, answers, evidence) => {
    const { code, checks } = await preflight(answers);
    expect(code).toBe(1);
    expect(named(checks, check)).toMatchObject({ result: 'fail', evidence: expect.stringMatching(evidence) });
  });

  test('the file, when it says otherwise than what is deployed, or nothing sensible', async () => {
    const other = await preflight({}, FILE.replace('drain: 60', 'drain: 30').concat('\ntakeover: true\n'));
    expect(other.failed).toEqual(['file']);
    expect((await preflight({}, 'kind: ramp')).failed).toEqual(['file']);
  });
});

describe('what a check cannot know, it does not call passed', () => {
  test('without the file there is nothing to compare', async () => {
    const { code, checks } = await preflight({}, null);
    expect(named(checks, 'file').result).toBe('cannot know');
    expect(code).toBe(0);
  });

  test('without the right to look', async () => {
    const { code, checks } = await preflight({ ListSubscriptionsByTopic: denied, DescribeInstanceInformation: denied });
    expect(code).toBe(0);
    expect(named(checks, 'notices')).toMatchObject({
      result: 'cannot know',
      evidence: expect.stringMatching(/^AWS denies sns:/),
    });
    expect(named(checks, 'instances')).toMatchObject({
      result: 'cannot know',
      evidence: expect.stringMatching(/^AWS denies ssm:DescribeInstanceInformation/),
    });
  });

  test('an example is a warning: a person may apply it', async () => {
    const { code, checks } = await preflight(
      parameters({ '/edge-ramp/tunnels/edge-b': { ...PAIR!, example: true } }),
      FILE.replace('example: false', 'example: true'),
    );
    expect(code).toBe(0);
    expect(named(checks, 'automation').result).toBe('warning');
  });

  test('what a run has proven since is known', async () => {
    const item = { provenAt: '2026-11-23T07:55:00Z', provenBy: arnOf('one'), applied: JSON.stringify(PAIR) };
    const { checks } = await preflight(items({ 'edge-b': item }));
    expect(checks.filter(({ result }) => result !== 'pass')).toEqual([]);
  });
});
