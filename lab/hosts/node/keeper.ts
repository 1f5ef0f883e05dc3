import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verdict } from './iptables';
import { addressesOn, linkNamed, routeTo, type Node } from './node';

/** Lab seconds for which a mark stands; its keeper renews it earlier. */
const MARK_SECONDS = 10;
const UNIT = /^edge-ramp-(.+)$/;

/** What a keeper's goal says: the address that is its mark (`-`: it has none), and the objects that it keeps. */
interface Goal {
  readonly mark: string;
  readonly kept: readonly (readonly [kind: string, name: string, value: string])[];
}

function readGoal(root: string, tunnel: string): Goal | undefined {
  const file = join(root, `var/lib/edge-ramp/${tunnel}.goal`);
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const mark = lines.map((line) => /^mark ([0-9.]+|-)$/.exec(line)?.[1]).find((found) => found !== undefined);
  const kept = lines.flatMap((line) => {
    const [, kind, name, value] = /^keep (\S+) ([^%]*)%(.*)$/.exec(line) ?? [];
    return kind === undefined ? [] : [[kind, name!, value!] as const];
  });
  return mark === undefined ? undefined : { mark, kept };
}

/** Whether something is missing without which the tunnel does not carry: its device, route, address on tun0, rule of nat, or as many flows of its cookie. */
function isBroken(node: Node, { kept }: Goal): boolean {
  const flows = kept.filter(([kind]) => kind === 'flow');
  const cookie = /^cookie=(\S+) /.exec(flows[0]?.[2] ?? '')?.[1];
  const own = node.flows.filter((flow) => cookie !== undefined && BigInt(flow.cookie) === BigInt(cookie));
  return (
    own.length < flows.length ||
    kept.some(([kind, name, value]) => {
      const [device = '', address = ''] = name.split(' ');
      switch (kind) {
        case 'tunnel':
        case 'link':
          return linkNamed(node, name)?.up !== true;
        case 'route':
          return routeTo(node, name)?.dev !== / ?dev (\S+)/.exec(value)?.[1];
        case 'address':
          return !addressesOn(node, device).includes(address);
        case 'nat': {
          const packet = {
            protocol: 'icmp',
            source: name,
            destination: node.settings.pods[0] ?? '',
            output: / dev (\S+)/.exec(value)?.[1] ?? 'tun0',
          } as const;
          return verdict(node.chains.nat, 'POSTROUTING', packet)?.[0] !== 'SNAT';
        }
        default:
          return false;
      }
    })
  );
}

/**
 * What time does on a node: addresses with a lifetime go, and services named edge-ramp-NAME look after their tunnel. This is a simplification of the
 * program that such a service runs, whatever that is: by the file NAME.goal below var/lib/edge-ramp it puts the address of the line `mark` on lo for
 * some seconds while something of the lines `keep` is missing, and it says what it found in run/edge-ramp/NAME.report. It puts nothing back: the real
 * program does that when the host is told to `keep` (host.ts).
 */
export function passTime(node: Node, root: string, now: number): void {
  for (const [unit, { process }] of Object.entries(node.units)) {
    const tunnel = UNIT.exec(unit)?.[1];
    const goal = tunnel === undefined || process === undefined ? undefined : readGoal(root, tunnel);
    if (goal === undefined) continue;
    const { mark } = goal;
    node.addresses = node.addresses.filter((each) => each.dev !== 'lo' || each.address !== mark);
    const broken = isBroken(node, goal);
    writeReport(root, tunnel!, broken);
    if (broken && mark !== '-')
      node.addresses.push({ dev: 'lo', address: mark, length: 32, until: now + MARK_SECONDS });
  }
  node.addresses = node.addresses.filter(({ until = Infinity }) => until > now);
}

function writeReport(root: string, tunnel: string, broken: boolean): void {
  mkdirSync(join(root, 'run/edge-ramp'), { recursive: true });
  const epoch = Math.floor(Date.now() / 1000);
  const report = join(root, 'run/edge-ramp', `${tunnel}.report`);
  const before = existsSync(report) ? readFileSync(report, 'utf8') : '';
  // What the real program has said of it is more than this knows.
  const [, what = 'something is missing'] = /^broken \d+ (.+)\n$/.exec(before) ?? [];
  const text = broken ? `broken ${epoch} ${what}\n` : `ok ${epoch}\n`;
  if (before === text) return;
  // Not the name that the real keeper writes under: `keep` runs that one beside this.
  const draft = `${report}.draft`;
  writeFileSync(draft, text);
  renameSync(draft, report);
}
