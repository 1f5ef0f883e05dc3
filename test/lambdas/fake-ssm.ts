import { GetCommandInvocationCommand, ListCommandsCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { SsmRunCommand } from '../../lambdas/run-command/ssm';
import type { DeviceCommand, Trip } from '../../lambdas/run-command/ssm';

export const ORDER: DeviceCommand = {
  device: 'BIG-IP 10.3.88.66',
  instance: 'i-0ba5710a0ba5710a0',
  document: 'edge-ramp-bigip-apply-0123456789abcdef',
  parameters: { Tunnel: 'edge-a', Fence: '7' },
  tag: 'edge-ramp 0123456789abcdef edge-a: Configure BIG-IP',
  again: false,
  looks: false,
  timeOuts: { delivery: 120, deadline: 270 },
};

export function serviceError(name: string, status = 400): Error {
  return Object.assign(new Error(`${name} happened`), { name, $metadata: { httpStatusCode: status } });
}

interface Fake {
  /** What SendCommand gives: nothing, or an error. */
  readonly send?: Error | 'lost';
  /** What each look at the invocation gives, the last one over and over; a number of looks that find nothing first. */
  readonly looks?: readonly (object | Error)[];
  readonly listed?: readonly object[] | Error;
  /** What ListCommands gives behind the first page. */
  readonly more?: readonly object[];
}

/** Systems Manager, as far as the adapter speaks to it. Each call takes no time. */
export function fake({
  send,
  looks = [{ Status: 'Success', StandardOutputContent: 'done' }],
  listed = [],
  more,
}: Fake) {
  const calls: unknown[] = [];
  let look = 0;
  const client = Object.assign(Object.create(SSMClient.prototype) as SSMClient, {
    send: async (command: object & { readonly input: object }): Promise<unknown> => {
      // A copy: a paginator sends one input for all pages.
      calls.push(
        Object.assign(Object.create(Object.getPrototypeOf(command) as object) as object, {
          input: { ...command.input },
        }),
      );
      if (command instanceof SendCommandCommand) {
        if (send === 'lost') throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
        if (send) throw send;
        return { Command: { CommandId: 'sent' } };
      }
      if (command instanceof ListCommandsCommand) {
        if (listed instanceof Error) throw listed;
        if (command.input.NextToken) return { Commands: more };
        return { Commands: listed, ...(more ? { NextToken: 'more' } : {}) };
      }
      if (command instanceof GetCommandInvocationCommand) {
        const found = looks[Math.min(look++, looks.length - 1)]!;
        if (found instanceof Error) throw found;
        return found;
      }
      return {};
    },
  });
  const sent = <T extends object>(type: abstract new (...args: never[]) => T): T[] =>
    calls.filter((call): call is T => call instanceof type);
  const trips: Trip[] = [];
  const adapter = new SsmRunCommand(client, (trip) => trips.push(trip));
  return { adapter, sent, calls, trips };
}

/** The outcome, with all waiting passed at once. */
export async function outcome(run: Promise<string>): Promise<string> {
  const settled = run.then(
    (text) => `ok: ${text}`,
    (error: Error) => `${error.name}: ${error.message}`,
  );
  await jest.advanceTimersByTimeAsync(600_000);
  return settled;
}

export const GONE = serviceError('InvocationDoesNotExist');
