import type { Place } from '../../place';
import type { Where } from '../../where';
import { carryOut } from './carry-out';
import { Refusal } from './refusal';
import { requestIn } from './request';
import { Views } from './views';

/** Answers a request for data. @throws Refusal; whatever the readers throw */
export type Api = (method: string, path: string, body: unknown) => Promise<unknown>;

/**
 * The data behind the console, by the command line's own readers, with the operator's credentials.
 * @param place is found when it is first asked for
 */
export function apiAt(place: () => Promise<Place>, where: Where): Api {
  let views: Promise<Views> | undefined;
  const found = (): Promise<Views> => {
    // What could not be found is looked for again.
    views ??= place()
      .then((at) => new Views(at, where))
      .catch((error: unknown) => {
        views = undefined;
        throw error;
      });
    return views;
  };
  return async (method, path, body) => {
    const at = await found();
    const [, kind, name] = /^\/api\/(tunnels|runs)(?:\/([^/]+))?$/.exec(path) ?? [];
    const named = name === undefined ? undefined : decodeURIComponent(name);
    if (method === 'GET' && kind === 'tunnels')
      return given(named === undefined ? await at.tunnels() : await at.tunnel(named));
    if (method === 'GET' && kind === 'runs' && named !== undefined) return given(await at.run(named));
    if (method === 'POST' && kind === 'runs' && named === undefined) return carryOut(at.place, where, requestIn(body));
    throw new Refusal(404, 'There is no such thing to ask for.');
  };
}

function given<T>(found: T | undefined): T {
  if (found === undefined) throw new Refusal(404, 'Nobody knows that (any more).');
  return found;
}
