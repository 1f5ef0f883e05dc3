import { type Synthesized, plain, resourcesOf } from './template';

/** Who may do what on which resource under which condition: one row a resource, all texts. */
export type Right = readonly [who: string, may: string, on: string, when: string];

const many = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** Every right that the template gives to its roles, as rows of texts. */
export function rightsOf(synthesized: Synthesized): Right[] {
  const actions = new Map<string, Set<string>>();
  for (const [, policy] of resourcesOf(synthesized, 'AWS::IAM::Policy'))
    for (const role of policy.Properties.Roles)
      for (const statement of policy.Properties.PolicyDocument.Statement) {
        if (statement.Effect !== 'Allow') throw new Error('only rights that allow are expected');
        for (const resource of many<unknown>(statement.Resource)) {
          const key = JSON.stringify([who(plain(role)), shortened(plain(resource)), when(statement.Condition)]);
          const known = actions.get(key) ?? new Set();
          for (const action of many<string>(statement.Action)) known.add(action);
          actions.set(key, known);
        }
      }
  return [...actions].map(([key, set]): Right => {
    const [role, resource, condition] = JSON.parse(key) as [string, string, string];
    return [role, [...set].sort().join(', '), resource, condition];
  });
}

/** The construct that a role belongs to, from its logical id. */
const who = (role: string): string => /^<(?:Steps|Triggers|MonitoringRuns)?(\w+?)Role[0-9A-F]{8}>$/.exec(role)![1]!;

/** A resource without what depends on account, region and content. */
function shortened(resource: string): string {
  return resource
    .replace(/^arn:<AWS::Partition>:(\w+):<AWS::Region>:<AWS::AccountId>:/, '$1 ')
    .replace(/(document\/[a-z-]+-)[0-9a-f]{16}$/, '$1(hash)')
    .replace(
      /^<(?:Steps|Triggers|MonitoringRuns)?(\w+?)(Logs|Function)[0-9A-F]{8}\.Arn>/,
      (_, name, what) => `${name}'s ${what.toLowerCase()}`,
    )
    .replace(/^<Tunnels[0-9A-F]{8}\.Arn>$/, 'dynamodb table/(tunnels)')
    .replace(/<Tunnels[0-9A-F]{8}>/, '(tunnels)')
    .replace(/^<StateMachine[0-9A-F]{8}>$/, 'the state machine')
    .replace(/^<Notices[0-9A-F]{8}>$/, 'the notices')
    .replace(/^<DeadLetters[0-9A-F]{8}\.Arn>$/, 'the dead letters');
}

function when(condition: Record<string, Record<string, string>> | undefined): string {
  return Object.entries(condition ?? {})
    .flatMap(([operator, tests]) => Object.entries(tests).map(([key, value]) => `${operator} ${key} = ${value}`))
    .join(', ');
}

/** The rights as a markdown table. */
export function rightsTable(synthesized: Synthesized): string {
  const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
  const rows = rightsOf(synthesized).map(([name, may, on, condition]) => [
    name,
    may.split(', ').map(code).join(', '),
    code(on),
    code(condition),
  ]);
  const head = ['Who', 'May', 'On', 'Only when'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
