/** One machine that an SSM agent or a person reaches. `name` is the SSM instance id; BIG-IP, which has no agent, is not a Host here. */
export interface Host {
  readonly name: string;
  /** Environment the agent starts a script with: PATH, EDGE_RAMP_ROOT, HOME, endpoint variables. */
  readonly environment: NodeJS.ProcessEnv;
}
export interface HostCommand {
  readonly at: number;
  readonly host: string;
  readonly line: string;
  readonly code: number;
  readonly writes: boolean;
}
export interface Hosts {
  host(name: string): Host | undefined;
  names(): readonly string[];
  journal(): readonly HostCommand[];
  dump(name: string): string;
  hung(name: string): Promise<void>;
  save(): void;
  close(): Promise<void>;
}
export interface Fault {
  readonly host: string;
  readonly match: string;
  readonly nth: number;
  readonly effect: 'fail-before' | 'fail-after' | 'hang';
}
export interface HostsOptions {
  readonly specs: readonly unknown[];
  readonly directory: string;
  readonly secret: (name: string) => string | undefined;
  readonly faults?: readonly Fault[];
  readonly speed?: number;
}
