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
const { files, changes = [], installs } = scriptsOf('ramp');
const textOf = (names: readonly string[]): string =>
  names.map((file) => readFileSync(join(DOCUMENTS, file), 'utf8')).join('');
/** The text of one of the two documents for ramp nodes. */
const documentOf = (does: 'observe' | 'apply'): string =>
  textOf(['prelude.sh', ...files, ...(does === 'apply' ? changes : []), `ramp-${does}.sh`]);

/** Hosts of a machine share its file system. */
const ROOT = `/run/lab/${RAMP}/root`;
const OWN = `${ROOT}/var/lib/edge-ramp`;
const DIGEST = '0123456789abcdef';

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
    const { state, aim } = await this.look(goal);
    // These machines have no systemd, so nothing would run a keeper.
    return difference(ramp.record.objects, state, withoutKeeper(aim));
  }

  /** Starts the keeper as an apply leaves it, by hand: these machines have no systemd. It may act. */
  async startKeeper(): Promise<void> {
    const { aim } = await this.look('declared');
    const { machine, network } = this.site;
    await machine.write(`${OWN}/edge-a.goal`, `${aim[`keeper ${SPEC.name}`]!.replaceAll('@', '\n')}\n`);
    await machine.write(`${OWN}/edge-a.keeper`, textOf(installs!.files));
    await machine.write(`${OWN}/edge-a.node.fence`, `${this.fence} ${DIGEST} kept\n`);
    const environment = { ...network.env(RAMP), EDGE_RAMP_ROOT: ROOT, SSM_Tunnel: SPEC.name };
    const words = Object.entries(environment).map(([name, value]) => `${name}='${value}'`);
    await this.site.type(
      RAMP,
      `env ${words.join(' ')} setsid bash ${OWN}/edge-a.keeper >${OWN}/said 2>&1 </dev/null & echo $! >${OWN}/pid`,
    );
  }

  /** What the keeper reported last: `ok 1795985390`. */
  keeperSays(): Promise<string> {
    return this.site.type(RAMP, `cat ${ROOT}/run/edge-ramp/edge-a.report 2>/dev/null || true`);
  }

  /** The time from one look of the keeper to the next on this machine, in milliseconds: each writes its report anew. */
  async keeperRhythm(looks = 5): Promise<number> {
    const said = await this.site.type(
      RAMP,
      `report=${ROOT}/run/edge-ramp/edge-a.report first= last= n=0
       while [ $n -le ${looks} ]; do
         now=$(stat -c %.Y $report 2>/dev/null)
         [ "$now" = "$last" ] || { first=\${first:-$now} last=$now n=$((n + 1)); }
         sleep 0.1
       done
       echo $first $last`,
    );
    const [first, last] = said.trim().split(' ').map(Number) as [number, number];
    return ((last - first) / looks) * 1000;
  }

  /** What keepers have put back here, a line each time; '': nothing. */
  keeperPutBack(): Promise<string> {
    return this.site.type(RAMP, `cat ${OWN}/edge-a.heals 2>/dev/null || true`);
  }

  /** Also where none runs. Its report goes with it. */
  async stopKeeper(): Promise<void> {
    await this.site.type(RAMP, `kill $(<${OWN}/pid) 2>/dev/null; rm -f ${ROOT}/run/edge-ramp/edge-a.report`);
  }

  private async look(goal: 'declared' | 'absent'): Promise<{ readonly state: State; readonly aim: State }> {
    const about = { name: RAMP, spec: SPEC, applied: this.applied };
    const questions = ramp.questions(about);
    const observed = ramp.read(await this.script('observe', { SSM_Questions: questions.join('|') }), about);
    const wanted = { ...about, original: this.original };
    if (this.applied === null && goal === 'declared') this.original = ramp.originals(wanted, observed);
    const aim = goal === 'declared' ? ramp.desired(wanted, observed) : ramp.absent(wanted, observed);
    return { state: observed.state, aim };
  }

  async carryOut(operations: readonly Operation[]): Promise<void> {
    this.fence += 1;
    if (operations.length === 0) return;
    const said = await this.script('apply', {
      SSM_Digest: DIGEST,
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
        EDGE_RAMP_ROOT: ROOT,
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
