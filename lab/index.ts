import { resolve } from 'node:path';
import type { HistoryEvent } from './cloud/asl/history';
import { Deployment } from './cloud/deployment';
import type { ExecutionRecord, ExecutionResult } from './cloud/executions';
import { lock } from './cloud/lock';
import type { Sent, Trip } from './cloud/ssm/command';
import type { Lab, LabOptions } from './lab';
import { closeAll, open } from './open';

export type { ExecutionRecord, ExecutionResult, HistoryEvent, Lab, LabOptions, Sent, Trip };

/**
 * Opens the product on this machine: what `cdk synth` wrote, on endpoints of 127.0.0.1 and a lab of hosts.
 * @throws Error of one sentence when there is no assembly or the state folder is in use; NotImplemented for a definition that uses
 * more of the States Language than the lab has
 */
export async function openLab(options: LabOptions): Promise<Lab> {
  const state = resolve(options.state);
  const deployment = new Deployment(options.assembly ?? 'cdk.out', options.specs);
  const unlock = lock(state);
  const opened: (() => unknown)[] = [unlock];
  try {
    return await open(options, state, deployment, opened);
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}
