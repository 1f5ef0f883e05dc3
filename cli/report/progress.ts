import type { StateEvent } from '../aws/history';
import type { Output } from '../surroundings';
import { styleFor, type Style } from './style';
import { seconds } from './words';
import { CLEAR_LINE, printableLines } from '../terminal';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Milliseconds. */
const FRAME = 100;

/** Tells a run a step at a time: a line when a step has ended, and on a terminal a moving line for those under way. */
export class Progress {
  private readonly style: Style;
  private readonly running = new Map<string, { readonly state: string; readonly since: number }>();
  private readonly announced = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;

  constructor(private readonly output: Output) {
    this.style = styleFor(output);
  }

  readonly onEvent = (event: StateEvent): void => {
    const { kind, state, path, at, works } = event;
    if (!works) return; // decisions and ends take no time
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : undefined;
    if (kind === 'entered') {
      if (parent !== undefined) this.announce(parent);
      this.running.set(path, { state, since: at });
      this.draw();
      return;
    }
    const depth = parent === undefined ? 0 : parent.split('/').length;
    if (kind === 'retried') {
      this.line('again', state, depth, `after ${printableLines(event.error ?? 'a failure')}`);
      return;
    }
    const since = this.running.get(path)?.since ?? at;
    this.running.delete(path);
    // A state that only holds others was announced when the first of them began, and ends with the last of them.
    if (this.announced.delete(path)) return;
    if (kind === 'exited' && concernedNothing(event.output)) return;
    const took = seconds((at - since) / 1000);
    if (kind === 'exited') this.line('ok', state, depth, took);
    else this.line('FAILED', state, depth, `${took}  ${printableLines(event.error ?? '')}`.trimEnd());
  };

  /** Takes the moving line away. */
  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.running.clear();
    if (this.output.live) this.output.write(CLEAR_LINE, 'exact');
  }

  private announce(path: string): void {
    if (this.announced.has(path)) return;
    this.announced.add(path);
    this.running.delete(path);
    this.line('', path.slice(path.lastIndexOf('/') + 1), path.split('/').length - 1, '');
  }

  private line(word: '' | 'ok' | 'again' | 'FAILED', state: string, depth: number, remark: string): void {
    const { good, bad, changed, dim } = this.style;
    const paint = word === 'FAILED' ? bad : word === 'again' ? changed : good;
    const name = `${'  '.repeat(depth)}${printableLines(state)}`.padEnd(38);
    const text = `  ${paint(word)}${' '.repeat(8 - word.length)}${name}${dim(remark)}`.trimEnd();
    this.output.write(`${this.output.live ? CLEAR_LINE : ''}${text}\n`, 'exact');
    this.draw();
  }

  private draw(): void {
    if (!this.output.live || this.running.size === 0) return;
    this.timer ??= setInterval(() => this.draw(), FRAME).unref();
    const oldest = Math.min(...[...this.running.values()].map(({ since }) => since));
    const names = [...this.running.values()].map(({ state }) => state).join(', ');
    const text = `  ${FRAMES[this.frame++ % FRAMES.length]}       ${names}  ${seconds((Date.now() - oldest) / 1000)}`;
    this.output.write(`${CLEAR_LINE}${this.style.dim(text)}`, 'exact');
  }
}

/** True for a step of a kind of device that the tunnel does not have, or that had nothing to do: its function answers at once, with no device. */
export function concernedNothing(output: unknown): boolean {
  const { ok, devices } = (output ?? {}) as { readonly ok?: unknown; readonly devices?: unknown };
  return ok === true && Array.isArray(devices) && devices.length === 0;
}
