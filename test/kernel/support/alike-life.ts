import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import type { Twin, Twins } from './alike';
import type { Step } from './alike-steps';
import { differing } from './alike-text';

/** What was done, and the lines that only one sort of hosts has of what came of it. */
export type Difference = { readonly after: string } & ReturnType<typeof differing>;

/** Does the same on both. @returns nothing, or in what they differ */
export async function compared<T>(
  site: Twins,
  after: string,
  does: (twin: Twin) => Promise<T>,
): Promise<readonly Difference[]> {
  const [simulated, kernel] = await site.both(does);
  return JSON.stringify(simulated) === JSON.stringify(kernel) ? [] : [{ after, ...differing(simulated, kernel) }];
}

/** What is looked at after each step. */
export interface Seen {
  readonly spec: Tunnel;
  readonly bigip: string;
  readonly node: string;
  /** What BIG-IP tries to reach. */
  readonly pods: readonly string[];
}

/** Does step after step, or until both differ. @returns what was done, and in what they differ */
export async function live(site: Twins, steps: Iterable<Step>, { spec, bigip, node, pods }: Seen) {
  const done: string[] = [];
  const all: object[] = [];
  for (const { what, does } of steps) {
    done.push(what);
    const found = await compared(site, what, async (twin) => {
      const said = await does(twin);
      await twin.forget();
      // first what BIG-IP reaches unasked: the node's own ping opens its firewall
      const reached = await twin.reached(pods);
      return { said, reached, bigip: await twin.observe(bigip, spec), node: await twin.observe(node, spec) };
    });
    all.push(...found.map((each) => ({ ...each, step: done.length })));
    if (all.length >= 3) break; // one brings others
  }
  return { done, all };
}
