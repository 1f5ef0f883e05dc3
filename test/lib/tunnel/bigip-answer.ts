import { printed, type Properties, type Value } from '../../../lab/hosts/bigip/objects';
import { text } from '../../../lab/hosts/texts';
import { contains, parseCidr } from '../../../lib/tunnel/declaration/address';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { ALIVE, DEAD, answerText, failed, type Said } from './answer-text';
import type { World } from './world';

/** tmsh's listing of an object with a canonical value, as the lab's BIG-IP prints it. */
export function listing(path: string, value: string, incidental: Properties = {}): string[] {
  return printed(path, { ...incidental, ...propertiesIn(value) }, false).split('\n');
}

/** A canonical value as the properties that it stands for. */
function propertiesIn(value: string): Properties {
  const properties: Record<string, Value> = {};
  const words = value.split(' ');
  for (let i = 0; i < words.length; i += 2) {
    const [name, word] = [words[i]!, words[i + 1]!];
    if (word === 'none') continue;
    properties[name] = name === 'members' ? word.split(',') : word.replaceAll('%20', ' ').replaceAll('%25', '%');
  }
  return properties;
}

const notFound = (name: string): string => text('notFound', 'object', name);

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
      ? failed(question, 1, text('unknownProperty', 'cm'))
      : [question, ['CM::Status', `Status  ${name === 'sync-status' ? group.sync : group.failover}`], 0];
  if (kind === 'ping')
    return Object.keys(bigip).some((object) => object.startsWith('tunnel '))
      ? [question, alive ? ALIVE : DEAD, alive ? 0 : 1]
      : [question, [], '-'];
  if (kind === 'routes') {
    const own = Object.entries(bigip)
      .filter(([object]) => object.startsWith('route '))
      .map(([object, route]) => printed(`net ${object}`, propertiesIn(route), true));
    const cluster = parseCidr(name)!;
    const near = (line: string): boolean => {
      const to = / network (\S+)/.exec(line)?.[1] ?? line.split(' ')[2]!;
      return (
        line.includes(` interface ${tunnel} `) || (parseCidr(to) !== undefined && contains(cluster, to.split('/')[0]!))
      );
    };
    return [question, [...own, ...otherRoutes].filter(near), 0];
  }
  if (value === undefined) return failed(question, 1, notFound(name));
  if (kind === 'virtual') {
    const [, type = '', , pool] = value.split(' ');
    const translation = pool === undefined ? { type } : { pool, type };
    return [question, printed('ltm virtual', { 'source-address-translation': translation }, false).split('\n'), 0];
  }
  const incidental =
    kind === 'tunnel' ? { 'if-index': '736' } : kind === 'self' ? { 'traffic-group': 'traffic-group-local-only' } : {};
  return [question, listing(`${paths[kind]} ${name}`, value, incidental), 0];
}
