import { contains, parseCidr } from '../../../lib/tunnel/declaration/address';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { ALIVE, DEAD, answerText, failed, type Said } from './answer-text';
import type { World } from './world';

/** tmsh's listing of an object with a canonical value. */
export function listing(path: string, value: string, incidental: readonly string[] = []): string[] {
  const words = value.split(' ');
  const properties = incidental.map((line) => [line]);
  for (let i = 0; i < words.length; i += 2) {
    const [name, text] = [words[i]!, words[i + 1]!];
    const plain = text.replaceAll('%20', ' ').replaceAll('%25', '%');
    if (text === 'none') continue;
    if (name === 'members') properties.push(['members {', ...text.split(',').map((member) => `    ${member}`), '}']);
    else properties.push([`${name} ${/\s/.test(plain) ? `"${plain}"` : plain}`]);
  }
  return [
    `${path} {`,
    ...properties
      .sort(([a], [b]) => (a! < b! ? -1 : 1))
      .flat()
      .map((line) => `    ${line}`),
    '}',
  ];
}

const NOT_FOUND = '01020036:3: The requested object (/Common/X) was not found.';

/** What the observe script prints about a BIG-IP that stands as the world says. */
export function bigipAnswer(world: World, spec: Tunnel, applied: Tunnel | null): string {
  return answerText(
    KINDS.bigip
      .questions({ name: spec.bigip[0]!.management, spec, applied })
      .map((question) => bigipSays(world, question)),
  );
}

/** What BIG-IP says to one question of the observe script. */
export function bigipSays({ bigip, saved, group, otherRoutes, alive }: World, question: string): Said {
  const [kind, name, tunnel] = question.split(' ') as [string, string, string?];
  const value = bigip[question];
  const paths: Readonly<Record<string, string>> = {
    tunnel: 'net tunnels tunnel',
    self: 'net self',
    snatpool: 'ltm snatpool',
  };
  if (kind === 'saved') return [question, saved === undefined ? [] : [saved], 0];
  if (kind === 'group')
    return group === null
      ? failed(question, 1, 'Syntax Error: "cm" unknown property')
      : [question, ['CM::Status', `Status  ${name === 'sync-status' ? group.sync : group.failover}`], 0];
  if (kind === 'ping')
    return Object.keys(bigip).some((object) => object.startsWith('tunnel '))
      ? [question, alive ? ALIVE : DEAD, alive ? 0 : 1]
      : [question, [], '-'];
  if (kind === 'routes') {
    const own = Object.entries(bigip)
      .filter(([object]) => object.startsWith('route '))
      .map(([object, text]) => listing(`net ${object}`, text).join(' ').replace(/\s+/g, ' '));
    const cluster = parseCidr(name)!;
    const near = (line: string): boolean => {
      const to = / network (\S+)/.exec(line)?.[1] ?? line.split(' ')[2]!;
      return (
        line.includes(` interface ${tunnel} `) || (parseCidr(to) !== undefined && contains(cluster, to.split('/')[0]!))
      );
    };
    return [question, [...own, ...otherRoutes].filter(near), 0];
  }
  if (value === undefined) return failed(question, 1, NOT_FOUND);
  if (kind === 'virtual') {
    const type = value.split(' ')[1]!;
    const found = value.startsWith('type snat pool ')
      ? [`        pool ${value.slice('type snat pool '.length)}`, '        type snat']
      : [`        type ${type}`];
    return [question, ['ltm virtual {', '    source-address-translation {', ...found, '    }', '}'], 0];
  }
  const incidental =
    kind === 'tunnel' ? ['if-index 736'] : kind === 'self' ? ['traffic-group traffic-group-local-only'] : [];
  return [question, listing(`${paths[kind]} ${name}`, value, incidental), 0];
}
