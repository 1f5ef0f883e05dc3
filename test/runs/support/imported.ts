import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLab } from '../../../lab';
import type { Fault } from '../../../lab/hosts/host';
import { readDeclarations } from '../../../lib/tunnel/declaration/read';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { call, project, temporary } from '../../cli/fake';

/** The ways to a tunnel's devices, as `import` is told them: nothing that a device tells. */
export function waysTo(spec: Tunnel): readonly string[] {
  const { bigip, bigipPair, ramp, cluster, virtualServers } = spec;
  return [
    ...bigip.flatMap(({ management, bastion, user, hostKey }) =>
      Object.entries({
        '--bigip-management': management,
        '--bigip-bastion': bastion,
        '--bigip-user': user,
        '--bigip-host-key': `lb.example.com ${hostKey}`,
      }).flat(),
    ),
    ...(bigipPair === undefined ? [] : ['--object-unit-self', spec.objects.unitSelf!]),
    ...ramp.nodes.flatMap(({ instance, node }) => [
      ...(instance === undefined ? [] : ['--node-instance', instance]),
      ...(node === undefined ? [] : ['--node-name', node]),
    ]),
    ...(cluster === undefined ? [] : ['--cluster-admin', cluster.admin, '--cluster-kubeconfig', cluster.kubeconfig]),
    ...virtualServers.flatMap((name) => ['--virtual-server', name]),
  ];
}

let folder: string | undefined;

/** edge-ramp as it is deployed before anything is declared. */
function deployed(): string {
  folder = project({ assembly: false });
  const out = join(folder, 'cdk.out');
  cpSync(process.env['EDGE_RAMP_TEST_ASSEMBLY']!, out, { recursive: true });
  const file = join(out, 'EdgeRamp.template.json');
  const template = JSON.parse(readFileSync(file, 'utf8')) as {
    Resources: Record<string, { Properties?: { Name?: unknown } }>;
  };
  for (const [id, { Properties }] of Object.entries(template.Resources))
    if (String(Properties?.Name).includes('/tunnels/')) delete template.Resources[id];
  writeFileSync(file, JSON.stringify(template));
  return folder;
}

/**
 * Imports a tunnel into an empty folder of declarations.
 * @param spec the tunnel whose devices there are
 * @param state the folder of a closed site, which is not changed
 */
export async function imported(
  spec: Tunnel,
  state: string,
  args: readonly string[],
  { faults = [] }: { readonly faults?: readonly Fault[] } = {},
) {
  const tunnels = temporary();
  const copy = temporary();
  cpSync(state, copy, { recursive: true });
  const outcome = await call(
    ['import', spec.name, ...args, '--local', '--state', copy],
    {},
    {
      project: folder ?? deployed(),
      tunnels,
      openLab: (options) => openLab({ ...options, specs: [spec], speed: 25, faults }),
      sleep: (milliseconds) => sleep(milliseconds / 5),
    },
  );
  const path = `${spec.name}.yaml`;
  const text = existsSync(join(tunnels, path)) ? readFileSync(join(tunnels, path), 'utf8') : undefined;
  return {
    ...outcome,
    /** On one line: where lines are broken means nothing. */
    said: outcome.out.replace(/\s+/g, ' '),
    refused: outcome.err.replace(/\s+/g, ' '),
    text,
    read: () => readDeclarations([{ path, text: text! }])[0] as Tunnel,
  };
}
