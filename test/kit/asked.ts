import { join } from 'node:path';
import { readTranscript, type Transcript } from '../../kit/transcript';
import { ADMIN, BASTION, BIGIP, clientKey, member, open, pair, script, type Bench, type Ran } from '../lab/hosts/bench';

export const SCRIPT = join(__dirname, '../../kit/transcript.sh');
const SELF = '10.3.89.66';
const CLUSTER = 'cluster ramp-1.example.com eth0 10.3.89.200';

/** A simulated BIG-IP and a simulated cluster. */
export const lab = (shell: 'tmsh' | 'bash' = 'tmsh', openshift: 3 | 4 = 3): Promise<Bench> =>
  open({ shell, openshift }, { specs: [pair, member] });

/** The script on the bastion, before a BIG-IP whose user has this shell. `first`: lines before it. */
export const askBigIp = (hosts: Bench, first = ''): Promise<Ran> =>
  script(
    hosts,
    BASTION,
    `${first}
    eval "$(/usr/bin/ssh-agent)" >/dev/null && trap 'kill "$SSH_AGENT_PID"' EXIT
    printf '%s' "$KEY" | /usr/bin/ssh-add -q -
    bash ${SCRIPT} bigip ${SELF} ssh -o StrictHostKeyChecking=no edge-ramp@${BIGIP}`,
    { KEY: clientKey.privateKey },
  );

/** The script on the BIG-IP itself, read from stdin. */
export const askOnBigIp = async (hosts: Bench): Promise<string> =>
  (await hosts.world.run(BIGIP, `bash -s bigip ${SELF} <${SCRIPT}`)).out;

export const askCluster = (hosts: Bench): Promise<Ran> => script(hosts, ADMIN, `bash ${SCRIPT} ${CLUSTER}`);

/** Both transcripts of simulated devices. */
export async function bothTranscripts(): Promise<Record<Transcript['part'], Transcript>> {
  const hosts = await lab();
  const [bigip, cluster] = [await askBigIp(hosts), await askCluster(hosts)];
  return { bigip: readTranscript('bigip', bigip.out), cluster: readTranscript('cluster', cluster.out) };
}
