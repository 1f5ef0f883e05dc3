import { once } from 'node:events';
import type { ExecutionRecord } from '../../lab/index';
import { Command } from 'commander';
import { openLocalLab, type LocalLab } from '../local/lab';
import { onThisMachine, wholeNumber, type Define } from '../options';
import { wayTo } from '../place';
import { objectIn } from '../result';
import { clock, zone } from '../report/time';
import { debugs, interruptible, messageOf, type Surroundings } from '../surroundings';
import type { Here } from '../where';
import { openConsole } from './console';
import { localHost } from './local-host';

/** Where it serves when nothing else is said. */
const PORT = 4517;

interface Options extends Here {
  readonly port: number;
  readonly fresh?: boolean;
}

export const local: Define = (surroundings, exit) =>
  onThisMachine(
    new Command('local')
      .description('what --local runs against, as a server for the AWS CLI, until interrupted')
      .addOption(wholeNumber('--port <n>', 'port on 127.0.0.1; 0: any that is free', 0, 65_535).default(PORT))
      .option('--fresh', 'forget hosts and table first'),
  )
    .action((options: Options) => exit(interruptible(surroundings, (signal) => serve(options, surroundings, signal))))
    .addCommand(localHost(surroundings, exit));

/** Serves the state machine of cdk.out, and the services that it and its operators use. */
async function serve(options: Options, surroundings: Surroundings, interruption: AbortSignal): Promise<number> {
  const { out, err } = surroundings;
  try {
    const { port, fresh = false } = options;
    const opened = await openLocalLab(options, surroundings, {
      fresh,
      port,
      events: true,
      schedule: 'real',
      onExecution: (record) => out.write(line(record)),
      onNotice: ({ subject, message }) => out.write(`Notice  ${subject}\n  ${message.split('\n')[0]}\n`),
    });
    const way = wayTo(opened, surroundings);
    try {
      const console = await openConsole(way.place, {}, surroundings, 0);
      out.write(welcome(opened, console.address), 'exact');
      if (!interruption.aborted) await once(interruption, 'abort');
      out.write('Closing ...\n');
      await console.close();
    } finally {
      way.close();
      await opened.lab.close();
    }
    return 0;
  } catch (error) {
    if (debugs(surroundings)) throw error;
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}

function welcome({ lab, words, speed }: LocalLab, console: string): string {
  const faster = speed === 1 ? '' : ` Waits pass ${speed} times faster.`;
  const variables = Object.entries(lab.environment).map(([name, value]) => `${name}=${value}`);
  return `${words}.${faster}

Console        ${console}
Endpoint       ${lab.url}
State machine  ${lab.stateMachine}

In another shell (an AWS CLI before 1.29 or 2.13 also needs --endpoint-url ${lab.url}):
  export ${variables.join(' ')}
  aws stepfunctions start-execution --state-machine-arn ${lab.stateMachine} --input '{"tunnel": "edge-a"}'

Ctrl-C ends it. Executions (times in ${zone()}), and the notices that people would get:
`;
}

/** What a person sees of an execution that has started or ended: when, what became of it, which tunnel, what asked for it, its name. */
function line({
  Status: status,
  StartDate,
  StopDate = StartDate,
  Name,
  Input,
  Output,
  Error,
}: ExecutionRecord): string {
  const { tunnel, action, trigger } = objectIn<Record<'tunnel' | 'action' | 'trigger', string>>(Input);
  const end = (status === 'SUCCEEDED' ? objectIn(Output).endState : undefined) ?? status;
  const words = [status === 'RUNNING' ? 'started' : end, Error, tunnel, action, trigger, Name];
  return `${clock(StopDate)}  ${words.filter((word) => word !== undefined).join('  ')}\n`;
}
