import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const read = (...path: string[]): string => readFileSync(join(PROJECT, ...path), 'utf8');

/** What IAM calls the services of `Aws`, where it is not their own name. */
const PREFIXES: Readonly<Record<string, string>> = { sfn: 'states' };

/** Every action that the commands call, as IAM names it: `aws.sfn.paginateListExecutions(` is `states:ListExecutions`. */
function called(): readonly string[] {
  const sources = readdirSync(join(PROJECT, 'cli'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
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
}

const [, text = ''] =
  /<!-- begin operator -->\s*```json\n([^]*?)```\s*<!-- end operator -->/.exec(read('docs', 'DEPLOYING.md')) ?? [];
const { Statement: statements } = JSON.parse(text) as { readonly Statement: readonly Statement[] };

test("an operator's policy allows what the commands call, and nothing else", () => {
  expect(called().length).toBeGreaterThan(8);
  expect(statements.flatMap(({ Action }) => Action).sort()).toEqual(called());
});

test('it allows each on resources of its own service, and on all only what IAM cannot narrow', () => {
  for (const { Action, Resource } of statements) {
    const [service] = [Action].flat()[0]!.split(':');
    if (Resource === '*') expect(Action).toBe('ssm:DescribeInstanceInformation');
    else for (const each of [Resource].flat()) expect(each).toMatch(new RegExp(`^arn:aws:${service}:REGION:ACCOUNT:`));
  }
});
