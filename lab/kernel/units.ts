import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Node } from '../hosts/node/node';
import type { Machine } from './machine/machine';

/** Where a node's own files are in the machine: the part of its root folder that its services see. */
const placeOf = (host: string): string => `/run/lab/${host}/root`;
const REPORTS = 'run/edge-ramp';

/**
 * The services of a node: systemd is a model, what it starts is real. A unit's program is copied into the machine and runs there in the node's namespace, started again 5 s after
 * its end; what it reports is copied back when somebody asks.
 */
export class Units {
  /** By unit: what was started. */
  private started = new Map<string, string>();
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly machine: Machine,
    private readonly host: string,
    private readonly root: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** The node has booted: nothing runs. */
  booted(): void {
    this.started = new Map();
  }

  /** A machine that was woken runs all of this already. */
  stand(node: Node): void {
    this.started = this.wanted(node);
  }

  /** A unit is to be started anew, whatever runs. */
  restart(unit: string): void {
    if (this.started.has(unit)) this.started.set(unit, 'to be started anew');
  }

  /** Starts and stops programs until what runs is what the model says. */
  follow(node: Node): Promise<void> {
    const wanted = this.wanted(node);
    const differs = (unit: string): boolean => this.started.get(unit) !== wanted.get(unit);
    const changed = [...new Set([...this.started.keys(), ...wanted.keys()])].filter(differs);
    if (changed.length > 0) {
      const commands = new Map(changed.map((unit) => [unit, node.units[unit]?.process] as const));
      this.started = wanted;
      this.work = this.work.then(async () => {
        for (const [unit, command] of commands) await this.become(unit, command);
      });
    }
    return this.work;
  }

  /** Copies what services reported to the folder where the node's scripts look. */
  async bringReports(): Promise<void> {
    const folder = join(placeOf(this.host), REPORTS);
    const { out } = await this.machine.run({
      command: ['bash', '-c', `cd ${folder} 2>/dev/null && for f in *.report; do printf '%s\\n' "$f" "$(<"$f")"; done`],
    });
    const lines = out.split('\n');
    mkdirSync(join(this.root, REPORTS), { recursive: true });
    for (let i = 0; i + 1 < lines.length; i += 2)
      if (/^[\w.-]+\.report$/.test(lines[i]!)) writeFileSync(join(this.root, REPORTS, lines[i]!), `${lines[i + 1]}\n`);
  }

  private wanted({ units }: Node): Map<string, string> {
    return new Map(
      Object.entries(units).flatMap(([unit, { process }]) =>
        process === undefined
          ? []
          : [
              [
                unit,
                createHash('sha256')
                  .update(process + this.programs(process).map(read).join())
                  .digest('hex'),
              ],
            ],
      ),
    );
  }

  /** The files below the node's root that a command line names. */
  private programs(command: string): readonly string[] {
    return command
      .split(/\s+/)
      .slice(1)
      .map((word) => join(this.root, word))
      .filter((file) => file !== this.root && existsSync(file));
  }

  private async become(unit: string, command: string | undefined): Promise<void> {
    const [place, pid] = [placeOf(this.host), `${placeOf(this.host)}/run/${unit}.pid`];
    await this.machine.run({ command: ['bash', '-c', `[ ! -e ${pid} ] || kill -9 -- -$(<${pid}); rm -f ${pid}`] });
    if (command === undefined) return;
    const words = await Promise.all(
      command.split(/\s+/).map(async (word, i) => {
        const file = join(this.root, word);
        if (i === 0 || !this.programs(command).includes(file)) return word;
        await this.machine.write(place + word, read(file), 0o755);
        return place + word;
      }),
    );
    await this.machine.write(`${place}/run/${unit}.sh`, `while :; do ${words.join(' ')}; sleep 5; done\n`);
    const start = `mkdir -p ${dirname(pid)}; setsid bash ${place}/run/${unit}.sh >>${place}/run/${unit}.log 2>&1 </dev/null & echo $! >${pid}`;
    await this.machine.run({
      host: this.host,
      command: ['bash', '-c', start],
      env: { ...this.env, EDGE_RAMP_ROOT: place },
    });
  }
}

const read = (file: string): string => readFileSync(file, 'utf8');
