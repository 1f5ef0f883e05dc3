import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './cloud/clock';

const KEPT = ['table', 'executions', 'keys', 'hosts', 'logs', 'agent'] as const;
/** Where the clock stood, in milliseconds since the epoch: it does not go back when the lab is opened again. */
const CLOCK = 'clock';

/** What a lab keeps from one call to the next. */
export class StateFolder {
  /** @param fresh forget what an earlier lab left there */
  constructor(
    private readonly root: string,
    fresh = false,
  ) {
    if (fresh) ([...KEPT, CLOCK] as const).forEach((name) => rmSync(this.path(name), { recursive: true, force: true }));
    KEPT.filter((name) => name !== 'table').forEach((name) => mkdirSync(this.path(name), { recursive: true }));
  }

  /** Where a part keeps its files. */
  path(name: (typeof KEPT)[number] | typeof CLOCK): string {
    return join(this.root, name);
  }

  /** Lets the clock go on from where it stood. */
  wind(clock: Clock): void {
    if (existsSync(this.path(CLOCK))) clock.passTo(Number(readFileSync(this.path(CLOCK), 'utf8')));
  }

  /** Keeps where the clock stands, where it is ahead of the real time. */
  keep(clock: Clock): void {
    if (clock.ahead > 0) writeFileSync(this.path(CLOCK), String(clock.now()));
  }

  /** The tunnels of this lab, those included that were declared once: their devices do not go with a file in tunnels/. */
  everDeclared(specs: readonly unknown[]): readonly unknown[] {
    const file = join(this.path('hosts'), 'declared.json');
    const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly { name: string }[]) : [];
    const named = new Set((specs as readonly { name: string }[]).map(({ name }) => name));
    const all = [...specs, ...before.filter(({ name }) => !named.has(name))];
    writeFileSync(file, JSON.stringify(all));
    return all;
  }
}
