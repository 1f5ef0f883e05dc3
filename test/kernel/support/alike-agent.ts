import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../../lab/cloud/deployment';
import { environmentOf } from '../../../lab/cloud/ssm/document';
import { REGION } from '../../../lab/cloud/template';
import type { Hosts } from '../../../lab/hosts/host';
import { kindOf, stepKindOf, type Listed } from '../../../lib/tunnel/plan/devices';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a device's command document with these parameters, as an agent does, and no state machine around it. */
export type Agent = (
  hosts: Hosts,
  device: Listed,
  does: 'observe' | 'apply',
  parameters: Readonly<Record<string, string>>,
) => Promise<Said>;

/** An agent for a deployment's documents. Every command has a fence of its own, higher than the last. */
export function agent(deployment: Deployment, endpoint: string, folder: string): Agent {
  let fence = 1;
  const access = { AWS_SSM_REGION_NAME: REGION, AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint };
  return (hosts, device, does, more) => {
    const [, document] = [...deployment.documents].find(([name]) =>
      name.startsWith(`edge-ramp-${stepKindOf(device.kind)}-${does}-`),
    )!;
    const script = join(folder, `${device.kind}-${does}.sh`);
    if (!existsSync(script)) writeFileSync(script, document.script); // bash reads it while it runs
    const parameters = {
      Tunnel: device.spec.name,
      Fence: String(fence++),
      ...kindOf(device).record.parameters?.(device),
      ...more,
    };
    const given = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]]));
    const env = { ...hosts.host(device.instance)!.environment, ...access, ...environmentOf(document, given) };
    const child = spawn('/bin/bash', [script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, out, err })));
  };
}
