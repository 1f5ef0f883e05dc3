import type { Machine } from '../machine/machine';

/** One thread, since a guest has few processors; open connections may be silent for a day, as on a BIG-IP whose profile says so. */
const common = (file: string): string => `global
  maxconn 1000
  nbthread 1
  stats socket ${file}.sock
defaults
  timeout connect 3s
  timeout client 1d
  timeout server 1d
`;

/** $1 is the path of its files. One that runs listens no more, and ends with its last connection. */
const START = 'old=$(cat "$1.pid" 2>/dev/null); exec haproxy -D -f "$1.cfg" -p "$1.pid" ${old:+-sf $old}';

/**
 * Starts haproxy in a host's namespace, in place of the one of this name there. It goes on after the command, until the host loses its power.
 * @param config its `frontend` and `listen` sections
 * @throws Error with haproxy's own sentence when it cannot serve that; the one before then goes on
 */
export async function startHaproxy(machine: Machine, host: string, name: string, config: string): Promise<void> {
  const file = `/run/lab/${host}/${name}`;
  await machine.write(`${file}.cfg`, common(file) + config);
  const { code, err } = await machine.run({ host, command: ['bash', '-c', START, 'bash', file] });
  if (code !== 0) throw new Error(`${name} on ${host}: ${err.trim() || `haproxy ended with ${code}`}`);
}

/** $1 is the namespace, $2 the path of its files. */
const END =
  'for pid in $(ip netns pids "$1"); do grep -qs haproxy "/proc/$pid/comm" && kill -KILL "$pid"; done; rm -f "$2.pid"';

/** Ends every haproxy in a host's namespace with all of its connections, those before the one of this name, too. */
export async function endHaproxy(machine: Machine, host: string, name: string): Promise<void> {
  await machine.run({ command: ['bash', '-c', END, 'bash', host, `/run/lab/${host}/${name}`] });
}
