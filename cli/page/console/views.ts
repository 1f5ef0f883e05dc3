import type { Memory } from '../../../lib/tunnel/run/memory';
import { History } from '../../aws/history';
import { pastRuns, type PastRun } from '../../aws/runs';
import { everyTunnel, oneTunnel, type Known } from '../../aws/tunnels';
import type { Place } from '../../place';
import { repairable } from '../../repair';
import { standingOf, type Standing } from '../../standing';
import { STOPPED_IS, stoppable, whatFollows, whatWorks } from '../../stopping';
import type { Where } from '../../where';
import { printableValue } from '../model/printable';
import { readRun, type RunPage } from '../model/run';
import { sceneOf, type Scene } from '../model/scene';

/** Every tunnel at a glance. */
export interface TunnelsView {
  readonly place: string;
  readonly tunnels: readonly Standing[];
}

export interface TunnelView {
  readonly place: string;
  readonly standing: Standing;
  /** The picture as the last run saw it that looked; null: nobody has, or it is not declared. */
  readonly scene: Scene | null;
  /** The execution of that run; null: none looked. */
  readonly seenBy: string | null;
  /** Every object as that run found and left it. */
  readonly devices: RunPage['devices'];
  readonly known: RunPage['known'];
  /** What that run remarked, as what a node's keeper has put back. */
  readonly remarks: readonly string[];
  readonly runs: readonly PastRun[];
  /** There may be older runs. */
  readonly older: boolean;
  /** What automation had to change, the last first. */
  readonly drifts: Memory['drifts'];
  /** The run that can be stopped, and what that means; null: none works that changes devices. */
  readonly stop: AboutRun | null;
  /** The run that left something half done, and what a repair of it does; null: there is nothing to be repaired. */
  readonly repair: AboutRun | null;
}

/** What can be done about a run: words that say what it does. */
export interface AboutRun {
  readonly run: string;
  readonly words: string;
  readonly cuts: boolean;
}

/** The table is scanned, and every declaration read, at most so often, however many pages are open. Milliseconds. */
const FRESH = 2_000;

/** Runs of a tunnel that are shown; how many of them are looked through for a picture; how many runs are kept in memory. */
const RUNS = 12;
const LOOKED_THROUGH = 3;
const KEPT = 40;

/** What the console shows, read at one place. */
export class Views {
  private readonly histories = new Map<string, History>();
  /** Runs that have ended: they do not change any more. */
  private readonly ended = new Map<string, RunPage>();
  private glance: { readonly at: number; readonly known: Promise<readonly Known[]> } | undefined;

  constructor(
    readonly place: Place,
    private readonly where: Where,
  ) {}

  async tunnels(): Promise<TunnelsView> {
    const known = await this.known();
    const now = new Date();
    return printableValue({ place: this.place.words, tunnels: known.map((each) => standingOf(each, this.where, now)) });
  }

  /** @returns undefined when it is neither declared nor in the table */
  async tunnel(name: string): Promise<TunnelView | undefined> {
    const { aws, deployment, words } = this.place;
    const [known, all] = await Promise.all([oneTunnel(aws, deployment, name), this.known()]);
    if (known === undefined) return undefined;
    const { runs, complete } = await pastRuns(aws, deployment, name, all, RUNS);
    const seen = await this.lastSeen(runs);
    const declared = known.declared && sceneOf(known.declared, [], []);
    return printableValue({
      place: words,
      standing: standingOf(known, this.where, new Date()),
      scene: seen?.scene ?? declared ?? null,
      seenBy: seen?.run.arn ?? null,
      devices: seen?.devices ?? [],
      known: seen?.known ?? 'unknown',
      remarks: seen?.remarks ?? [],
      runs,
      older: !complete,
      drifts: known.memory.drifts.toReversed(),
      stop: this.stopOf(known, runs),
      repair: this.repairOf(known),
    });
  }

  /** @returns undefined when Step Functions does not know it */
  async run(arn: string): Promise<RunPage | undefined> {
    const known = this.ended.get(arn);
    if (known) return known;
    const history = this.histories.get(arn) ?? new History();
    const page = await readRun(this.place, this.where, arn, history);
    if (page === undefined) return undefined;
    if (page.run.seconds === null || !history.over) keep(this.histories, arn, history);
    else {
      this.histories.delete(arn);
      keep(this.ended, arn, page);
    }
    return page;
  }

  private stopOf(known: Known, runs: readonly PastRun[]): AboutRun | null {
    const all = stoppable(runs);
    // Another one may be waiting for the lease of this one.
    const run = all.find(({ arn }) => arn === known.memory.owner) ?? all[0];
    if (run === undefined) return null;
    const words = [...whatWorks(known.name, [run]), STOPPED_IS, whatFollows(known.name, [run], known, this.where)];
    return { run: run.arn, words: words.join(' '), cuts: false };
  }

  private repairOf(known: Known): AboutRun | null {
    const found = repairable(known.name, known, this.where, new Date());
    return 'none' in found ? null : found;
  }

  /** The newest run that looked at devices. */
  private async lastSeen(runs: readonly PastRun[]): Promise<RunPage | undefined> {
    const ended = runs.filter(({ seconds, action }) => seconds !== null && !['pause', 'resume'].includes(action));
    for (const { arn } of ended.slice(0, LOOKED_THROUGH)) {
      const page = await this.run(arn);
      if (page?.scene && page.devices.length > 0) return page;
    }
    return undefined;
  }

  private known(): Promise<readonly Known[]> {
    const now = Date.now();
    if (this.glance && now - this.glance.at < FRESH) return this.glance.known;
    const known = everyTunnel(this.place.aws, this.place.deployment);
    this.glance = { at: now, known };
    known.catch(() => (this.glance = undefined));
    return known;
  }
}

/** Keeps a value; the oldest goes. */
function keep<T>(kept: Map<string, T>, name: string, value: T): void {
  kept.delete(name);
  kept.set(name, value);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
}
