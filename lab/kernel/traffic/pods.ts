import type { Machine } from '../machine/machine';
import { startHaproxy } from './haproxy';

/** Where Pods serve HTTP. */
export const PORT = 8080;

/**
 * Starts the HTTP server of a node's Pods: each answers every GET by `pod=ADDRESS peer=ADDRESS`, with its own address and the one that it was asked
 * from, and says the same in the header `x-answer`.
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
${binds.join('')}  http-request return status 200 content-type text/plain hdr x-answer "${answer}" lf-string "${answer}\\n"
`,
  );
}
