import type { RunRequest } from '../console/request';

/** Where the token is kept: for this tab alone, until it is closed. */
const KEY = 'edge-ramp-token';

/** Takes the token out of the address, so that neither history nor a screen shared shows it. */
export function takeToken(): void {
  const [, token] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  if (token === undefined) return;
  sessionStorage.setItem(KEY, token);
  history.replaceState(null, '', '/#/');
}

/** Asks the server for data. @throws Error of one sentence */
export async function read<T>(path: string): Promise<T> {
  return answered<T>(fetch(`/api/${path}`, { headers: authorized() }));
}

/** Starts a run, or stops one. @returns its ARN. @throws Error of one sentence when it was not done */
export async function startRun(request: RunRequest): Promise<string> {
  const headers = { ...authorized(), 'content-type': 'application/json' };
  const started = fetch('/api/runs', { method: 'POST', headers, body: JSON.stringify(request) });
  return (await answered<{ readonly arn: string }>(started)).arn;
}

function authorized() {
  return { authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ''}` };
}

async function answered<T>(asked: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await asked;
  } catch {
    throw new Error('The console does not answer: is its command still running?');
  }
  const value = (await response.json()) as T & { readonly error?: string };
  if (!response.ok) throw new Error(value.error ?? `The console answers ${response.status}.`);
  return value;
}
