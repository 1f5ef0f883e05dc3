import type { KernelSite } from './site';
import { ask } from './traffic';

/** Clients that ask at the same time, each for its next answer as soon as it has one. */
export const CLIENTS = 4;
/** How long each of them waits for an answer, in seconds. */
const PATIENCE = 3;

/** What clients met of a virtual server: the answer of a Pod each, or why none came. */
export interface Met {
  /** While something went on; none was begun after it. */
  readonly during: readonly string[];
  /** One request of each client after it. */
  readonly later: readonly string[];
}

export const unanswered = (answers: readonly string[]): readonly string[] =>
  answers.filter((answer) => !answer.startsWith('pod='));

/** Clients ask a virtual server, each time on a new connection, while something goes on. */
export async function asked(site: KernelSite, virtual: string, work: () => Promise<unknown>): Promise<Met> {
  const next = (): Promise<string> => ask(site, virtual, PATIENCE);
  const all = <T>(client: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: CLIENTS }, client));
  const during = await all(next);
  const over = new AbortController();
  const done = work().finally(() => over.abort());
  await all(async () => {
    do during.push(await next());
    while (!over.signal.aborted);
  });
  await done;
  return { during, later: await all(next) };
}
