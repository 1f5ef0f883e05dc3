import { excerpt } from '../lib/tunnel/device/answer';
import { bigip } from '../lib/tunnel/bigip/device';
import { readDrained } from '../lib/tunnel/bigip/drained';
import type { BigIpFacts } from '../lib/tunnel/bigip/facts';
import type { Observation } from '../lib/tunnel/device/observation';
import type { Tunnel } from '../lib/tunnel/declaration/tunnel';
import { reads, refused, unless, type Assumption } from './assumption';
import { declared, FAR, ROUTE } from './declared';
import { accepted, applied, observed } from './replay';
import { answerTo, type Transcript } from './transcript';

/** What a BIG-IP alone can settle; the lines are kit/transcript.sh's. */
export const BIGIP: readonly Assumption[] = [
  {
    id: 'BIP-1',
    says: 'an object that is not there is known by exit code 1 and code 01020036, or no words',
    by: ['absent'],
    contradiction: (transcript) =>
      unless(look(transcript, 'absent').state[`tunnel ${name(transcript)}`] === undefined, 'it counts as being there'),
  },
  {
    id: 'BIP-3',
    says: 'the answer to "tmsh -v" tells whether the login shell is tmsh or bash',
    by: ['login'],
    contradiction: (transcript) => {
      const { code, lines } = answerTo(transcript, 'login')!;
      const inTmsh = lines.some((line) => line.startsWith('Syntax Error: unexpected argument "tmsh"'));
      return unless(inTmsh || (code === 0 && !lines.some((line) => line.includes('Syntax Error'))), said(lines));
    },
  },
  {
    id: 'BIP-5',
    says: 'a listing shows what was set, and a value with a blank in double quotes',
    by: ['tunnel'],
    after: ['create-tunnel'],
    contradiction: (transcript) =>
      reads(
        look(transcript, 'tunnel').state[`tunnel ${name(transcript)}`],
        `profile ipip local-address ${transcript.told['address']} remote-address 192.0.2.11 description two%20words`,
      ),
  },
  {
    id: 'BIP-23',
    says: '"description none" and "allow-service none" are taken, and mean without',
    by: ['self', 'modify-self', 'create-snatpool'],
    after: ['create-self'],
    contradiction: (transcript) =>
      refused(transcript, 'modify-self', 'create-snatpool') ??
      reads(
        look(transcript, 'self').state[`self ${name(transcript)}`],
        `address ${FAR}/24 vlan ${name(transcript)} allow-service none description none`,
      ),
  },
  {
    id: 'BIP-6',
    says: 'a listing shows nothing that nobody set, but what is known to be passed over',
    by: ['tunnel', 'self'],
    given: ['BIP-5', 'BIP-23'],
    contradiction: (transcript) => {
      const { unrestorable } = look(transcript, 'tunnel', 'self').facts;
      const others = Object.values(unrestorable);
      return unless(others.length === 0, `it shows ${others.join(', ')}`);
    },
  },
  {
    id: 'BIP-24',
    says: '"list net route one-line" prints one route a line, with its network',
    by: ['routes'],
    contradiction: (transcript) => {
      const { lines } = answerTo(transcript, 'routes')!;
      const whole = (line: string): boolean => /^net route \S+ \{ (?:.* )?network \S+ (?:.* )?\}$/.test(line);
      return unless(lines.length > 0 && lines.every(whole), said(lines));
    },
  },
  {
    id: 'BIP-8',
    says: 'a route may be named after its network, without quotes, and is listed and deleted by that name',
    by: ['create-route', 'routes'],
    given: ['BIP-24'],
    contradiction: (transcript) =>
      refused(transcript, 'create-route', 'undo-route') ??
      reads(
        look(transcript, 'routes').state[`route ${ROUTE}`],
        `network ${ROUTE} interface ${name(transcript)} description none`,
      ),
  },
  {
    id: 'BIP-14',
    says: 'a transaction on one line is carried out',
    by: ['attach'],
    after: ['create-virtual', 'create-snatpool'],
    contradiction: (transcript) => refused(transcript, 'attach'),
  },
  {
    id: 'BIP-13',
    says: 'a property that is named in "list" is printed',
    by: ['virtual'],
    given: ['BIP-14'],
    contradiction: (transcript) =>
      reads(look(transcript, 'virtual').state[`virtual ${name(transcript)}`], `type snat pool ${name(transcript)}`),
  },
  {
    id: 'BIP-28',
    says: 'a translation is found by its address and tells its connections',
    by: ['connections'],
    after: ['create-snatpool'],
    contradiction: (transcript) => {
      const { lines } = answerTo(transcript, 'connections')!;
      const told = readDrained(applied(transcript, ['connections'], [`drain~translation ${FAR}~-~0`]));
      return unless(typeof told?.cut === 'number' && accepted(transcript, 'connections'), said(lines));
    },
  },
  {
    id: 'BIP-15',
    says: '"source-address-translation { type none }" lets go of the pool',
    by: ['detach', 'undo-snatpool'],
    given: ['BIP-14'],
    contradiction: (transcript) => refused(transcript, 'detach', 'undo-snatpool'),
  },
  {
    id: 'BIP-20',
    says: '"run util ping" takes -c, -i and -W and sums up what came back',
    by: ['ping', 'tunnel'],
    after: ['create-tunnel'],
    contradiction: (transcript) => {
      const [probe] = look(transcript, 'ping', 'tunnel').probes;
      return unless(probe?.ok ?? false, probe?.detail ?? said(answerTo(transcript, 'ping')!.lines));
    },
  },
  {
    id: 'BIP-27',
    says: '"show cm sync-status" has a line "Status"',
    by: ['group'],
    contradiction: (transcript) => {
      const { group } = look(transcript, 'group').facts;
      return group.kind === 'unknown' ? `it says: ${group.said}` : undefined;
    },
  },
  {
    id: 'BIP-10',
    says: 'tunnel, self IP and virtual server can be made in that order, and deleted backwards',
    by: ['create-tunnel'],
    contradiction: (transcript) => refused(transcript, ...['tunnel', 'self', 'virtual'].flatMap(madeAndUndone)),
  },
];

/** What the product understands of a BIG-IP that gives these answers; of all else it says that it is not there. */
function look(transcript: Transcript, ...keys: readonly string[]): Observation<BigIpFacts> {
  const spec = tunnel(transcript);
  const subject = { name: 'BIG-IP', spec, applied: null };
  return bigip.read(observed(transcript, keys, bigip.questions(subject)), subject);
}

/** The tunnel that the transcript's objects would be; the far end that is pinged is the unit itself. */
function tunnel({ told }: Transcript): Tunnel {
  const spec = declared({});
  const own = told['name']!;
  return {
    ...spec,
    bigip: [{ ...spec.bigip[0]!, management: 'of the transcript', address: told['address']! }],
    tunnel: { ...spec.tunnel, node: told['address']! },
    virtualServers: [own],
    objects: { tunnel: own, self: own, snatPool: own },
  };
}

function name({ told }: Transcript): string {
  return told['name']!;
}

function madeAndUndone(what: string): readonly string[] {
  return [`create-${what}`, `undo-${what}`];
}

function said(lines: readonly string[]): string {
  return `it says: ${excerpt(lines.join(' '))}`;
}
