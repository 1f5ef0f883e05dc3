import { setTimeout as sleep } from 'node:timers/promises';
import { onHost } from '../hosts/hosts';
import type { Node } from '../hosts/node/node';

/** Seconds after which systemd starts a unit's program again, as the units have it (`RestartSec`). */
const RESTART = 5;
/**
 * What it looks after are a kernel's devices, and keepalived: its waits pass as theirs do, not at the lab's speed. It bounds a command by the 2 s of a
 * real node; an emulated one of a busy machine takes some times as long.
 */
const IN_REAL_TIME = ['env', 'EDGE_RAMP_LAB_SPEED=1', 'EDGE_RAMP_LAB_PATIENCE=8'] as const;

/**
 * The services of a node: systemd is a model, what it starts is real. A unit's program runs beside the lab, as the node's scripts do: its files, locks
 * and reports are theirs, and the commands that it calls are answered by the node's namespace. It is started again some seconds after its end.
 */
export class Units {
  /** By unit: the command line that runs, and what ends it. */
  private readonly running = new Map<string, { readonly command: string; readonly stop: AbortController }>();
  private over = false;

  /** @param exec runs a command in the node's environment until it ends or is stopped */
  constructor(
    private readonly root: string,
    private readonly exec: (words: readonly string[], stopped: AbortSignal) => Promise<unknown>,
  ) {}

  /** The node is off: nothing runs. */
  off(): void {
    for (const unit of this.running.keys()) this.end(unit);
  }

  /** The lab is being closed: nothing runs, and nothing is started any more by what a command under way brings about. */
  close(): void {
    this.over = true;
    this.off();
  }

  /** A unit is to be started anew, whatever runs. */
  restart(unit: string): void {
    this.end(unit);
  }

  /** Starts and stops programs until what runs is what the model says. */
  follow({ units }: Pick<Node, 'units'>): void {
    if (this.over) return;
    for (const [unit, { command }] of this.running) if (units[unit]?.process !== command) this.end(unit);
    for (const [unit, { process }] of Object.entries(units))
      if (process !== undefined && !this.running.has(unit)) this.start(unit, process);
  }

  private start(unit: string, command: string): void {
    const stop = new AbortController();
    this.running.set(unit, { command, stop });
    void this.again([...IN_REAL_TIME, ...onHost(this.root, command)], stop.signal);
  }

  private async again(words: readonly string[], stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      await this.exec(words, stopped);
      await sleep(RESTART * 1000, undefined, { signal: stopped, ref: false }).catch(() => undefined);
    }
  }

  private end(unit: string): void {
    this.running.get(unit)?.stop.abort();
    this.running.delete(unit);
  }
}
