import type { Machine } from '../machine/machine';
import { startHaproxy } from './haproxy';

/** Where Pods serve HTTP. */
export const PORT = 8080;

/**
 * Starts the HTTP server of a node's Pods: each answers every GET by `pod=ADDRESS peer=ADDRESS`, with its own address and the one that it was asked
 * from, and says the same in the header `x-answer`, with the time.
 * @param pods the namespaces of the Pods by their addresses
 */
export function startPods(machine: Machine, host: string, pods: Readonly<Record<string, string>>): Promise<void> {
  const binds = Object.entries(pods).map(
    ([address, namespace]) => `  bind ${address}:${PORT} namespace ${namespace}\n`,
  );
  const answer = 'pod=%[dst] peer=%[src]';
  return startHaproxy(
    machine,
    host,
    'pods',
    `frontend pods
  mode http
${binds.join('')}  http-request return status 200 content-type text/plain hdr x-answer "${answer} at=%Ts.%ms" lf-string "${answer}\\n"
`,
  );
}

/** What an HTTP GET brought. */
export interface Got {
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly body: string;
  /** curl's sentence and exit code when it failed, as on a connect that nobody answers (28), a refused one (7) or a reset (56). */
  readonly error?: { readonly code: number; readonly text: string };
}

/**
 * One GET by curl, on a connection of its own.
 * @param from the namespace it is sent from
 * @param options.seconds that it may take in all; default 5
 * @param options.source address or interface it comes from; default: the kernel's choice
 */
export async function get(
  machine: Machine,
  from: string,
  url: string,
  { seconds = 5, source }: { readonly seconds?: number; readonly source?: string } = {},
): Promise<Got> {
  const options = ['--silent', '--show-error', '--max-time', String(seconds), '--write-out', '\n%{http_code}'];
  const bound = source ? ['--interface', source] : [];
  const { code, out, err } = await machine.run({ host: from, command: ['curl', ...options, ...bound, url] });
  const end = out.lastIndexOf('\n');
  return {
    status: Number(out.slice(end + 1)),
    body: out.slice(0, Math.max(end, 0)),
    ...(code === 0 ? {} : { error: { code, text: err.trim() } }),
  };
}
