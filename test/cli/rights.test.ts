import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENT_SETS, rolesOf, STEP_KINDS } from '../../lib/tunnel/plan/devices';

const PROJECT = join(__dirname, '..', '..');
const read = (...path: string[]): string => readFileSync(join(PROJECT, ...path), 'utf8');

/** What IAM calls the services of `Aws`, where it is not their own name. */
const PREFIXES: Readonly<Record<string, string>> = { sfn: 'states' };

/** What sends documents: `import` alone does, and who calls it has a policy of its own. */
const SENDS = 'aws/ask-device.ts';

/** Every action that these files call, as IAM names it: `aws.sfn.paginateListExecutions(` is `states:ListExecutions`. */
function called(by: (file: string) => boolean): readonly string[] {
  const sources = readdirSync(join(PROJECT, 'cli'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && by(file),
  );
  const calls = sources.flatMap((file) => [...read('cli', file).matchAll(/\baws\.([a-z]+)\.([A-Za-z]+)\(/g)]);
  const actions = calls.map(([, service = '', call = '']) => {
    const name = call.replace(/^paginate/, '');
    return `${PREFIXES[service] ?? service}:${name[0]!.toUpperCase()}${name.slice(1)}`;
  });
  return [...new Set(actions)].sort();
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** A policy of DEPLOYING. */
function policy(whose: 'operator' | 'import'): readonly Statement[] {
  const block = new RegExp(`<!-- begin ${whose} -->\\s*\`\`\`json\\n([^]*?)\`\`\`\\s*<!-- end ${whose} -->`);
  const [, text = ''] = block.exec(read('docs', 'DEPLOYING.md')) ?? [];
  return (JSON.parse(text) as { readonly Statement: readonly Statement[] }).Statement;
}

test("an operator's policy allows what the commands call, and nothing else", () => {
  const calls = called((file) => file !== SENDS);
  expect(calls.length).toBeGreaterThan(8);
  expect(
    policy('operator')
      .flatMap(({ Action }) => Action)
      .sort(),
  ).toEqual(calls);
});

test('who imports may send what looks, to instances with a role, and nothing else', () => {
  const statements = policy('import');
  expect([...new Set(statements.flatMap(({ Action }) => Action))].sort()).toEqual(called((file) => file === SENDS));
  const [documents, instances] = statements.filter(({ Action }) => Action === 'ssm:SendCommand');
  expect(documents!.Resource).toEqual(
    DOCUMENT_SETS.map((set) => `arn:aws:ssm:REGION:ACCOUNT:document/edge-ramp-${set}-observe-*`),
  );
  const roles = [...new Set(STEP_KINDS.flatMap(rolesOf))];
  expect(instances!.Condition).toEqual({ StringEquals: { 'ssm:resourceTag/edge-ramp:role': roles } });
});

test('it allows each on resources of its own service, and on all only what IAM cannot narrow', () => {
  for (const { Action, Resource } of policy('operator')) {
    const [service] = [Action].flat()[0]!.split(':');
    if (Resource === '*') expect(Action).toBe('ssm:DescribeInstanceInformation');
    else for (const each of [Resource].flat()) expect(each).toMatch(new RegExp(`^arn:aws:${service}:REGION:ACCOUNT:`));
  }
});
