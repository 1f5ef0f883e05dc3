import { agentKeys } from './agent-keys';
import { Refusal, say, type Answer } from './answer';
import type { BigIp } from './bigip/unit';
import type { Call } from './stand-ins';

const FLAGS = new Set(['-T', '-n', '-q', '-x', '-a', '-f', '-N']);
/** "type base64" of a public key line, without its comment. */
export const keyOf = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ');

function parse(args: readonly string[]): {
  options: Map<string, string>;
  destination: string;
  control: string;
  command: string;
} {
  const options = new Map<string, string>();
  let control = '';
  let i = 0;
  for (; args[i]?.startsWith('-'); i++) {
    const word = args[i]!;
    if (word === '-O') control = args[++i] ?? '';
    else if (word === '-F') i++;
    else if (word.startsWith('-o')) {
      const [, name = '', value = ''] = /^(\w+)[ =]\s*(.*)$/s.exec(word.slice(2) || (args[++i] ?? '')) ?? [];
      options.set(name.toLowerCase(), value);
    } else if (!FLAGS.has(word)) throw new Refusal('notModelled', 'ssh', word);
  }
  return { options, destination: args[i] ?? '', control, command: args.slice(i + 1).join(' ') };
}

/** The keys that a connection which stands has shown, by its ControlPath: for other commands over it no agent is asked again. */
export type Connections = Map<string, readonly string[]>;

/** OpenSSH's client in front of the BIG-IPs: unreachable, host key, then the agent's key and the user; `login` runs the command line there. */
export async function ssh(
  bigips: Readonly<Record<string, BigIp>>,
  connections: Connections,
  call: Call,
  login: (bigip: BigIp, command: string, within?: number) => Promise<Answer>,
): Promise<Answer> {
  const { options, destination, control, command } = parse(call.args);
  const way = options.get('controlpath') ?? '';
  if (control) {
    connections.delete(way);
    return { ...say(), err: 'Exit request sent.\n' };
  }
  const [user = '', address = ''] = destination.split('@');
  const bigip = bigips[address];
  if (!bigip?.reachable || !bigip.bastions.includes(call.host)) {
    return { ...new Refusal('connectTimeout', address).answer, seconds: Number(options.get('connecttimeout') ?? 60) };
  }
  const name = options.get('hostkeyalias') ?? address;
  const pinned = call.knownHosts.split('\n').some((line) => {
    const [names = '', ...key] = line.trim().split(/\s+/);
    return names.split(',').includes(name) && keyOf(key.join(' ')) === keyOf(bigip.hostKey);
  });
  if (!pinned && options.get('stricthostkeychecking') !== 'no') throw new Refusal('hostKey');
  const offered = connections.get(way) ?? (call.agent === '' ? [] : await agentKeys(call.agent));
  if (user !== bigip.user || !bigip.authorised.some((key) => offered.includes(keyOf(key))))
    throw new Refusal('permission', user, address);
  if (options.get('controlmaster') === 'yes') connections.set(way, offered);
  return command === '' ? say() : login(bigip, command, call.within); // -N only opens the connection
}
