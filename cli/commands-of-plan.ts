import { spawnSync } from 'node:child_process';
import type { Stage } from '../lib/tunnel/device';
import { deviceTitle, instanceOf, type Kind, type Work } from '../lib/tunnel/reconcile';
import { bigipUnit, type Tunnel } from '../lib/tunnel/tunnel';
import { declaration, resources } from './assembly';

/** What a plan would send, as the end state Planned gives it out. */
export interface PlannedWork {
  readonly detach: readonly Work[];
  readonly shape: Readonly<Record<Kind, readonly Work[]>>;
  readonly attach: readonly Work[];
}

/** The commands for one device in one stage, in order. */
export interface DeviceCommands {
  readonly device: string;
  /** The instance that the script runs on: the node itself, or the bastion of a BIG-IP. */
  readonly through: string;
  readonly stage: Stage;
  readonly commands: readonly string[];
}

/**
 * The exact commands that a plan would run: the very scripts that would run them print them instead.
 * @param project where cdk.out is
 * @throws Error of one sentence when a script does not print
 */
export function commandsOfPlan(
  project: string,
  tunnel: string,
  digest: string,
  { detach, shape, attach }: PlannedWork,
): readonly DeviceCommands[] {
  const spec = declaration(project, tunnel);
  const scripts = new Map<Kind, string>();
  const print = (stage: Stage, kind: Kind) => (work: Work) => {
    const script = scripts.get(kind) ?? applyScript(project, kind);
    scripts.set(kind, script);
    const commands = printed(script, {
      SSM_Tunnel: tunnel,
      SSM_Fence: '0',
      SSM_Digest: digest,
      SSM_Operations: work.operations.join('|'),
      ...(kind === 'bigip' ? wayToBigIp(spec, work) : {}),
    });
    return { device: deviceTitle(kind, work.device), through: instanceOf(spec, kind), stage, commands };
  };
  return [
    ...detach.map(print('detach', 'bigip')),
    ...shape.bigip.map(print('shape', 'bigip')),
    ...shape.ramp.map(print('shape', 'ramp')),
    ...attach.map(print('attach', 'bigip')),
  ];
}

function wayToBigIp(spec: Tunnel, { saved }: Work): Readonly<Record<string, string>> {
  const { management, user, secret, hostKey } = bigipUnit(spec);
  return {
    SSM_Management: management,
    SSM_User: user,
    SSM_Secret: secret,
    SSM_HostKey: hostKey,
    SSM_Saved: saved ?? '-',
  };
}

/** The script of the document that changes a kind of device, as an agent would get it. */
function applyScript(project: string, kind: Kind): string {
  const document = resources(project, 'AWS::SSM::Document').find(({ Name }) =>
    String(Name).startsWith(`edge-ramp-${kind}-apply-`),
  );
  const content = document?.['Content'] as
    { readonly mainSteps?: readonly { readonly inputs?: { readonly runCommand?: readonly string[] } }[] } | undefined;
  const lines = content?.mainSteps?.[0]?.inputs?.runCommand;
  if (!lines) throw new Error(`cdk.out has no document edge-ramp-${kind}-apply: run \`npx cdk synth\` again.`);
  return lines.join('\n');
}

function printed(script: string, parameters: Readonly<Record<string, string>>): readonly string[] {
  const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', EDGE_RAMP_PRINT: '1', ...parameters };
  const { status, stdout, stderr, error } = spawnSync('bash', ['-s'], {
    input: script,
    env: environment,
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
