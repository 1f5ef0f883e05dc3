import type { Machine } from '../machine/machine';
import { bash, FOLDER, orThrow, serve, type Server } from './programs';

/** A virtual server as the stand-in for TMM serves it: always a full proxy. */
export interface Virtual {
  /** Without blanks, such as /Common/web. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Where connections to members come from: these addresses in turn; the machine's choice; the client's own address. */
  readonly translation: { readonly snat: readonly [string, ...string[]] } | 'automap' | 'none';
  /** ADDRESS:PORT each, the next one for each connection. */
  readonly members: readonly [string, ...string[]];
}

export interface VirtualStatus {
  readonly name: string;
  /** Client connections now. */
  readonly open: number;
  /** Client connections since the virtual server is there, `failed` ones included. */
  readonly total: number;
  /** Those that were reset because the member did not answer the connect within 3 s, or refused it. */
  readonly failed: number;
}

export interface Proxy extends Server {
  /**
   * Serves these from now on, and no others. Open connections stay as they are; those of a removed virtual server end by themselves.
   * @throws Error of one sentence when one cannot listen, or the proxy has gone; the others are served then
   */
  setVirtuals(virtuals: readonly Virtual[]): Promise<void>;
  /** Sorted by name. */
  status(): Promise<readonly VirtualStatus[]>;
}

const line = ({ name, address, port, translation, members }: Virtual): string =>
  [
    name,
    address,
    port,
    typeof translation === 'string' ? translation : `snat:${translation.snat.join(',')}`,
    members.join(','),
  ].join(' ') + '\n';

/** Sends the signal, and waits for the status that is the answer. $1 is the configuration, $2 the process, $3 the signal. */
const ASK = `
  rm -f "$1.status"
  kill "-$3" "$2" || exit 1
  for ((tries = 0; tries < 200; tries++)); do
    if [[ -e $1.status ]]; then exec cat "$1.status"; fi
    kill -0 "$2" || exit 1
    sleep 0.05
  done
  echo 'it does not answer' >&2
  exit 1`;

/**
 * Starts the stand-in for TMM in a BIG-IP's namespace, with no virtual servers yet. It listens also at addresses that the namespace does not have yet.
 * One to a host: virtual servers are all in one configuration.
 */
export async function startProxy(machine: Machine, host: string): Promise<Proxy> {
  const config = `${FOLDER}/${host}.virtuals`;
  await machine.write(config, '');
  const server = await serve(machine, host, 'proxy', [config]);

  async function ask(signal: 'HUP' | 'USR1'): Promise<readonly (VirtualStatus & { readonly trouble: string })[]> {
    const ran = await machine.run({ command: bash(ASK, config, String(server.pid), signal) });
    const lines = orThrow(`the proxy on ${host}`, ran).out.split('\n').filter(Boolean);
    return lines.map((text) => {
      const [name = '', open, total, failed, ...trouble] = text.split(' ');
      return { name, open: Number(open), total: Number(total), failed: Number(failed), trouble: trouble.join(' ') };
    });
  }

  return {
    ...server,
    async setVirtuals(virtuals) {
      await machine.write(config, virtuals.map(line).join(''));
      for (const { name, trouble } of await ask('HUP'))
        if (trouble) throw new Error(`Virtual server ${name} on ${host} ${trouble}.`);
    },
    async status() {
      return (await ask('USR1')).map(({ name, open, total, failed }) => ({ name, open, total, failed }));
    },
  };
}
