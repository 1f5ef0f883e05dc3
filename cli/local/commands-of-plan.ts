import { spawnSync } from 'node:child_process';
import { STAGES, type Stage } from '../../lib/tunnel/device/operation';
import {
  STEP_KINDS,
  deviceTitle,
  devicesOf,
  documentsFor,
  parametersOf,
  stepKindOf,
  type DocumentSet,
  type StepKind,
} from '../../lib/tunnel/plan/devices';
import type { Plan, Work } from '../../lib/tunnel/plan/plan';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import { commandDocument } from './assembly';

/** What a plan would send, by stage and kind of device, as the end state Planned gives it out. */
export type PlannedWork = Plan['work'];

/** The commands for one device in one stage, in order. */
export interface DeviceCommands {
  readonly device: string;
  /** The instance that the script runs on: the node itself, or the bastion or admin host in front of it. */
  readonly through: string;
  /** That host takes the script on, to the node, by oc. */
  readonly byOc?: true;
  readonly stage: Stage;
  readonly commands: readonly string[];
}

/**
 * The exact commands that a plan would run: the very scripts that would run them print them instead.
 * @param project where cdk.out is: the scripts are taken from there
 * @param declared the tunnel as the plan found it declared
 * @param applied the tunnel as it was last applied: its devices may be in the plan too
 * @throws Error of one sentence when a script does not print
 */
export function commandsOfPlan(
  project: string,
  declared: Declared,
  applied: Declared | null,
  digest: string,
  planned: PlannedWork,
): readonly DeviceCommands[] {
  const devices = devicesOf(declared, applied);
  const scripts = new Map<DocumentSet, string>();
  const print = (stage: Stage, kind: StepKind, work: Work): DeviceCommands => {
    const device = devices.find((each) => stepKindOf(each.kind) === kind && each.name === work.device)!;
    const { byOc } = device;
    const set = documentsFor(device);
    const script = scripts.get(set) ?? applyScript(project, set);
    scripts.set(set, script);
    const commands = printed(script, {
      ...parametersOf(device, 0),
      Digest: digest,
      Operations: work.operations.join('|'),
      Saved: work.saved ?? '-',
    });
    return {
      device: deviceTitle(device),
      through: device.instance,
      ...(byOc === true ? { byOc } : {}),
      stage,
      commands,
    };
  };
  return STAGES.flatMap((stage) =>
    STEP_KINDS.flatMap((kind) =>
      planned[stage][kind]
        .filter(({ operations }) => operations.length > 0) // what only proves changes nothing
        .map((work) => print(stage, kind, work)),
    ),
  );
}

/** The script of the document that changes a kind of device, as an agent would get it. */
function applyScript(project: string, set: DocumentSet): string {
  const content = commandDocument(project, set, 'apply')['Content'] as {
    readonly mainSteps: readonly { readonly inputs: { readonly runCommand: readonly string[] } }[];
  };
  return content.mainSteps[0]!.inputs.runCommand.join('\n');
}

function printed(script: string, parameters: Readonly<Record<string, string>>): readonly string[] {
  const given = Object.entries(parameters).map(([name, value]) => [`SSM_${name}`, value]);
  const { status, stdout, stderr, error } = spawnSync('bash', ['-s'], {
    input: script,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', EDGE_RAMP_PRINT: '1', ...Object.fromEntries(given) },
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (error) throw new Error(`The commands cannot be printed: bash: ${error.message}`);
  if (status !== 0) throw new Error(`The commands cannot be printed: ${stderr.trim() || `bash ended with ${status}`}`);
  // Its last line is its report to the run: "carried out N".
  return stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !/^carried out [0-9]+$/.test(line));
}
