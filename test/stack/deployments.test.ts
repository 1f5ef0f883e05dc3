import { edgeRampApp } from '../../lib/stack/app';
import { rightsOf } from './support/rights';
import { synthesize } from './support/synthesized';
import { assembled, plain, resourcesOf, type Synthesized } from './support/template';

/** Two deployments in one account and region: the one without a name, and `--context stack=staging`. */
const first = assembled();
const staging = synthesize([{ name: 'edge-a' }], { stack: 'staging' });

/** What a template itself calls things, which CloudFormation would otherwise name after the stack. */
function physicalNames({ template }: Synthesized): readonly string[] {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type !== 'AWS::IAM::Policy') // named within its role
    .flatMap(({ Properties: properties = {} }) => Object.entries<unknown>(properties))
    .filter(([property, value]) => /^(?!Metric).*Name$/.test(property) && !plain(value).startsWith('<'))
    .map(([, value]) => plain(value))
    .sort();
}

test('share no physical name', () => {
  const [one, other] = [physicalNames(first), physicalNames(staging)];
  expect(one.filter((name) => other.includes(name))).toEqual([]);
  expect(other.filter((name) => !/^\/?(?:aws\/vendedlogs\/states\/)?edge-ramp-staging\b/.test(name))).toEqual([]);
});

test('have no fixed names but these; without a name of its own those of always', () => {
  const kinds = (names: readonly string[]) =>
    [
      ...new Set(names.map((name) => name.replace(/[0-9a-f]{16}$/, '(hash)').replace(/tunnels\/.*/, 'tunnels/(name)'))),
    ].sort();
  const fixed = (prefix: string) =>
    [
      ...['bigip', 'cluster', 'ramp', 'ramp-oc'].flatMap((kind) =>
        ['observe', 'apply'].map((does) => `${prefix}-${kind}-${does}-(hash)`),
      ),
      `/${prefix}/deployment`,
      `/${prefix}/tunnels/(name)`,
      `/aws/vendedlogs/states/${prefix}`,
      prefix,
      `${prefix}-node-<AWS::Region>`,
    ].sort();
  expect(kinds(physicalNames(staging))).toEqual(fixed('edge-ramp-staging'));
  expect(kinds(physicalNames(first)).filter((name) => !name.startsWith('edge-ramp-bastion-'))).toEqual(
    fixed('edge-ramp'),
  );
});

test('reach no instance, run, parameter or event of the other', () => {
  const [rights, others] = [rightsOf(first), rightsOf(staging)].map((all) => all.map((row) => row.join(' | ')));
  const own = (row: string): boolean => /edge-ramp/.test(row);
  expect(rights!.filter(own)).not.toEqual([]);
  expect(others!.filter((row) => own(row) && !/edge-ramp-staging[-:/]/.test(row))).toEqual([]);
  expect(others!.join('\n')).toContain('ssm:resourceTag/edge-ramp-staging:role');

  const asked = resourcesOf(staging, 'AWS::Events::Rule').find(([id]) => id.includes('Asked'))![1];
  expect(asked.Properties.EventPattern.source).toEqual(['edge-ramp-staging']);
  for (const [, { Properties }] of resourcesOf(staging, 'AWS::Lambda::Function'))
    for (const [name, value] of Object.entries(Properties.Environment?.Variables ?? {}))
      if (plain(value).includes('edge-ramp'))
        expect([name, plain(value)]).toEqual([name, expect.stringMatching(/^\/?edge-ramp-staging\b/)]);
});

test('are measured apart', () => {
  const alarms = resourcesOf(staging, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
  const spaces = new Set(alarms.map(({ Namespace }) => Namespace).filter((name) => !name.startsWith('AWS/')));
  expect(spaces).toEqual(new Set(['edge-ramp-staging']));
  const [, dashboard] = resourcesOf(staging, 'AWS::CloudWatch::Dashboard')[0]!;
  const searches = plain(dashboard.Properties.DashboardBody).match(/SEARCH\('\{[^,]*/g)!;
  expect(new Set(searches)).toEqual(new Set([`SEARCH('{\\"edge-ramp-staging\\"`]));
});

test.each(['Staging', 'a_b', 'x'.repeat(17), '1st', '', 7])('a deployment is not called %p', (stack) =>
  expect(() => edgeRampApp([], { context: { stack } })).toThrow(
    `context: stack: ${JSON.stringify(stack)}: must be 1 to 16 of lower case letters, digits, - and begin with a letter`,
  ),
);
