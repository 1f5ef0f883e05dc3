import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { difference } from '../../../lib/tunnel/device/difference';
import { wire, type Operation, type State } from '../../../lib/tunnel/device/operation';
import { KINDS, scriptsOf } from '../../../lib/tunnel/plan/devices';
import { tunnel } from '../../lib/tunnel/site';
import { withoutKeeper } from '../../lib/tunnel/world';
import { F5, POD, RAMP, type Site } from './site';

export const SPEC: Tunnel = tunnel({
  ramp: { nodes: [{ instance: RAMP, address: '10.3.89.89', interface: 'br-ex' }] },
  probe: POD.remote,
});
/** BIG-IP's packets come from here. */
export const SOURCE = SPEC.tunnel.bigip.split('/')[0]!;

const { ramp } = KINDS;
const DOCUMENTS = join(__dirname, '../../../documents');
const { files, changes = [] } = scriptsOf('ramp');
/** The text of one of the two documents for ramp nodes. */
const documentOf = (does: 'observe' | 'apply'): string =>
  ['prelude.sh', ...files, ...(does === 'apply' ? changes : []), `ramp-${does}.sh`]
    .map((file) => readFileSync(join(DOCUMENTS, file), 'utf8'))
    .join('');

/** edge-ramp on the ramp node of a site: what a run plans for it, and its scripts as a command of SSM starts them. */
export class Product {
  private fence = 0;
  private applied: Tunnel | null = null;
  private original: State = {};

  constructor(private readonly site: Site) {}

  /** Looks, plans, and carries out. @returns what was carried out, in order: `create tunnel tun1` each */
  async run(goal: 'declared' | 'absent' = 'declared'): Promise<readonly string[]> {
    const operations = await this.plan(goal);
    await this.carryOut(operations);
    this.applied = goal === 'absent' ? null : SPEC;
    return operations.map(({ verb, object }) => `${verb} ${object}`);
  }

  /** @throws Refused, NotUnderstood */
  async plan(goal: 'declared' | 'absent' = 'declared'): Promise<readonly Operation[]> {
    const about = { name: RAMP, spec: SPEC, applied: this.applied };
    const questions = ramp.questions(about);
    const observed = ramp.read(await this.script('observe', { SSM_Questions: questions.join('|') }), about);
    const wanted = { ...about, original: this.original };
    if (this.applied === null && goal === 'declared') this.original = ramp.originals(wanted, observed);
    const aim = goal === 'declared' ? ramp.desired(wanted, observed) : ramp.absent(wanted, observed);
    // These machines have no systemd, so nothing would run a keeper.
    return difference(ramp.record.objects, observed.state, withoutKeeper(aim));
  }

  async carryOut(operations: readonly Operation[]): Promise<void> {
    this.fence += 1;
    if (operations.length === 0) return;
    const said = await this.script('apply', {
      SSM_Digest: '0123456789abcdef',
      SSM_Operations: operations.map(wire).join('|'),
    });
    if (!said.endsWith(`carried out ${operations.length}\n`)) throw new Error(`ramp-apply.sh said: ${said}`);
  }

  /** Whether the node's own proofs hold: its ping of BIG-IP through the tunnel, its ping of the probe. @throws NotVerified */
  async prove(): Promise<void> {
    const about = { name: RAMP, spec: SPEC, applied: this.applied };
    ramp.prove(await this.script('observe', { SSM_Questions: ramp.proofs(about).join('|') }), about);
  }

  private async script(does: 'observe' | 'apply', parameters: Readonly<Record<string, string>>): Promise<string> {
    const { machine, network } = this.site;
    const { code, out, err } = await machine.run({
      host: RAMP,
      command: ['bash', '-c', documentOf(does)],
      env: {
        ...network.env(RAMP),
        EDGE_RAMP_ROOT: `/run/lab/${RAMP}/root`, // hosts of a machine share its file system
        keeper_digest: '-',
        SSM_Tunnel: SPEC.name,
        SSM_Fence: String(this.fence),
        ...parameters,
      },
    });
    if (code !== 0) throw new Error(`ramp-${does}.sh ended with ${code}: ${err}`);
    return out;
  }
}

/** BIG-IP's end of the tunnel: Linux's, not TMM's. */
export async function buildBigIpEnd(site: Site, bigip: string): Promise<void> {
  await site.type(
    bigip,
    `ip tunnel add SDN mode ipip local ${F5} remote 10.3.89.89; ip addr add ${SPEC.tunnel.bigip} dev SDN; ip link set SDN up
    for network in ${SPEC.clusterNetworks.join(' ')}; do ip route add $network dev SDN; done`,
  );
}
