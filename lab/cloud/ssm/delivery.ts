import { join } from 'node:path';
import type { Hosts } from '../../hosts/host';
import { alarm, type Clock } from '../clock';
import { REGION } from '../template';
import { runScript, type Ended } from './agent';
import { end, type Command, type Invocation } from './command';

/** What the agents of the hosts need to do their part. */
export interface Agents {
  readonly hosts: Hosts;
  readonly clock: Clock;
  /** Variables for every script beside the agent's own: where the lab's Secrets Manager is. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder for the scripts at work. */
  readonly directory: string;
  /** Lab seconds until an agent picks a new command up; default 0.3. */
  readonly pickUp?: number;
}

const PICKED_UP_AFTER = 0.3;
/** Lab seconds between the end of a delivery and the run of the command all the same, where a fault does not say. */
const LATE_AFTER = 60;
const STDOUT_LIMIT = 24_000;
const STDERR_LIMIT = 8_000;

/** Brings commands to the agents of their hosts, which run them side by side. */
export class Deliveries {
  private readonly closing = new AbortController();
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly agents: Agents) {}

  /** Starts the way of a command to each of its instances. */
  start(command: Command): void {
    for (const invocation of command.invocations) {
      const delivery = this.deliver(command, invocation).finally(() => this.underWay.delete(delivery));
      this.underWay.add(delivery);
    }
  }

  /** Ends what still runs of these, with its processes, and what is still on its way. */
  async close(commands: readonly Command[]): Promise<void> {
    this.closing.abort();
    for (const { running } of commands.flatMap(({ invocations }) => invocations)) running?.kill('Cancelled');
    await Promise.all(this.underWay);
  }

  /** The agent's part: pick the command up, run it, report. */
  private async deliver(command: Command, invocation: Invocation): Promise<void> {
    const { clock, hosts, pickUp = PICKED_UP_AFTER } = this.agents;
    const { signal } = this.closing;
    await clock.sleep(pickUp, signal);
    if (invocation.fault?.effect === 'late-delivery')
      return this.deliverLate(command, invocation, invocation.fault.after ?? LATE_AFTER);
    for (let waited = 0; !hosts.host(invocation.instance); waited++) {
      if (signal.aborted || invocation.ended) return;
      if (waited >= command.deliverySeconds) return end(invocation, 'TimedOut', 'DeliveryTimedOut', -1, clock.now());
      await clock.sleep(1, signal);
    }
    if (signal.aborted || invocation.ended) return;
    Object.assign(invocation, { status: 'InProgress', details: 'InProgress', started: clock.now() });
    const { code, stdout, stderr, killed } = await this.work(command, invocation);
    if (invocation.fault?.effect === 'undeliverable')
      return end(invocation, 'Failed', 'Undeliverable', -1, clock.now());
    invocation.printed = stdout.length;
    invocation.stdout = stdout.slice(0, STDOUT_LIMIT);
    invocation.stderr = stderr.slice(0, STDERR_LIMIT);
    if (killed) end(invocation, killed, killed === 'TimedOut' ? 'ExecutionTimedOut' : 'Cancelled', code, clock.now());
    else if (code === 0) end(invocation, 'Success', 'Success', 0, clock.now());
    else end(invocation, 'Failed', 'Failed', code, clock.now());
  }

  /** Its sender is told that it was never delivered; then it is run, and nobody asks for its end any more. */
  private async deliverLate(command: Command, invocation: Invocation, after: number): Promise<void> {
    const { clock, hosts } = this.agents;
    const { signal } = this.closing;
    await clock.sleep(command.deliverySeconds, signal);
    if (signal.aborted || invocation.ended) return;
    end(invocation, 'TimedOut', 'DeliveryTimedOut', -1, clock.now());
    await clock.sleep(after, signal);
    if (signal.aborted || !hosts.host(invocation.instance)) return;
    const { code, stderr } = await this.work(command, invocation);
    invocation.late = { code, stderr };
  }

  /** Runs a command's script on its host, which must be there, to its end or time-out. */
  private async work({ id, document, environment }: Command, invocation: Invocation): Promise<Ended> {
    const { hosts, directory, environment: common } = this.agents;
    const { instance } = invocation;
    const { HOME: _ofShellsAlone, ...own } = hosts.host(instance)!.environment;
    const running = runScript(
      document.script,
      { ...own, AWS_SSM_INSTANCE_ID: instance, AWS_SSM_REGION_NAME: REGION, ...common, ...environment },
      join(directory, `${instance}-${id}`),
    );
    invocation.running = running;
    // a device that hangs would use up the whole time-out: the lab lets it pass at once
    void hosts.hung(instance).then(() => running.kill('TimedOut'));
    const takeBack = alarm(document.timeoutSeconds, () => running.kill('TimedOut'));
    const ended = await running.ended;
    takeBack();
    hosts.save(); // what the script changed outlives a crash of the lab
    delete invocation.running;
    return ended;
  }
}
