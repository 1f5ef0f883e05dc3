import { join } from 'node:path';
import { readTranscript, type Transcript } from '../../kit/transcript';
import { ADMIN, BASTION, BIGIP, clientKey, member, open, pair, script, type Bench, type Ran } from '../lab/hosts/bench';

export const SCRIPT = join(__dirname, '../../kit/transcript.sh');
const SELF = '10.3.89.66';
const CLUSTER = 'cluster ramp-1.example.com eth0 10.3.89.200';

/** A simulated BIG-IP and a simulated cluster. */
export const lab = (shell: 'tmsh' | 'bash' = 'tmsh', openshift: 3 | 4 = 3): Promise<Bench> =>
  open({ shell, openshift }, { specs: [pair, member] });

const SSH = `ssh -o StrictHostKeyChecking=no edge-ramp@${BIGIP}`;

/** The script on the bastion. `way`: how it hands its lines over; KIT_PID there is the script itself. */
export const askBigIp = (hosts: Bench, way = SSH): Promise<Ran> =>
  script(
    hosts,
    BASTION,
    `eval "$(/usr/bin/ssh-agent)" >/dev/null && trap 'kill "$SSH_AGENT_PID"' EXIT
    printf '%s' "$KEY" | /usr/bin/ssh-add -q -
    (export KIT_PID=$BASHPID && exec bash ${SCRIPT} bigip ${SELF} ${way})`,
    { KEY: clientKey.privateKey },
  );

/** A way on which something happens as soon as a line that begins like this has been carried out. */
const happeningAt = (line: string, happening: string): string =>
  `bash -c '${SSH} "$0"; code=$?; case $0 in "${line}"*) ${happening} ;; esac; exit "$code"'`;

/** Somebody types Ctrl-C. */
export const interruptedAt = (line: string): string => happeningAt(line, 'kill -INT "$KIT_PID"');

/** The connection breaks, before anybody hears of it. */
export const brokenAt = (line: string): string => happeningAt(line, 'code=255');

/** The script on a unit of a simulated pair itself, from stdin. */
export const askSimulatedUnit = async (hosts: Bench, unit: string): Promise<string> =>
  (await hosts.world.run(unit, `bash -s pair edge-dg <${SCRIPT}`)).out;

/** The script on the BIG-IP itself, read from stdin. */
export const askOnBigIp = async (hosts: Bench): Promise<string> =>
  (await hosts.world.run(BIGIP, `bash -s bigip ${SELF} <${SCRIPT}`)).out;

export const askCluster = (hosts: Bench): Promise<Ran> => script(hosts, ADMIN, `bash ${SCRIPT} ${CLUSTER}`);

/** Both transcripts of simulated devices. */
export async function bothTranscripts(): Promise<Record<'bigip' | 'cluster', Transcript>> {
  const hosts = await lab();
  const [bigip, cluster] = [await askBigIp(hosts), await askCluster(hosts)];
  return { bigip: readTranscript('bigip', bigip.out), cluster: readTranscript('cluster', cluster.out) };
}
