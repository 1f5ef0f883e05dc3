import { connect } from 'node:net';

/** One byte behind its length, by which an ssh-agent is asked for its keys, and the first byte of its answer (draft-ietf-sshm-ssh-agent, 5.4). */
const [REQUEST_IDENTITIES, IDENTITIES_ANSWER] = [11, 12];

/**
 * The public keys that a running ssh-agent holds, as `ssh-add -L` tells them: "type base64" each. It is asked by its own protocol, since ssh-add costs a
 * process of ten milliseconds.
 * @param socket the agent's, as SSH_AUTH_SOCK names it
 * @returns none where no agent answers there
 */
export function agentKeys(socket: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const agent = connect(socket, () => agent.write(Buffer.from([0, 0, 0, 1, REQUEST_IDENTITIES])));
    const end = (keys: readonly string[]): void => {
      agent.destroy();
      resolve(keys);
    };
    agent.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received.length - 4 >= received.readUInt32BE()) end(keysIn(received.subarray(4)));
    });
    agent.on('error', () => end([])).on('close', () => end([]));
  });
}

/** Of each key there are two strings, with their lengths in front: the key itself, which begins with its type as such a string, and a comment. */
function keysIn(answer: Buffer): readonly string[] {
  if (answer[0] !== IDENTITIES_ANSWER) return [];
  const keys: string[] = [];
  let rest = answer.subarray(5);
  const next = (): Buffer => {
    const text = rest.subarray(4, 4 + rest.readUInt32BE());
    rest = rest.subarray(4 + text.length);
    return text;
  };
  while (rest.length > 0) {
    const [key] = [next(), next()];
    keys.push(`${key.subarray(4, 4 + key.readUInt32BE()).toString()} ${key.toString('base64')}`);
  }
  return keys;
}
