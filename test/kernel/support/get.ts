import type { Machine } from '../../../lab/kernel/machine/machine';

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
