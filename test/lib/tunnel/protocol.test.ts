import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '../../..');

/** What names the tunnel's protocol, in the words of BIG-IP, of iproute2 and of iptables. */
const PROTOCOL = /\bipip\b|\bip\/ip\b|\bipencap\b|\bprotocol(?: =|=) ?4\b|\bname != 4\b/i;

test('another protocol of the tunnel costs three files: each end, and what the scripts of the node know of it', () => {
  const naming = ['lib/tunnel', 'documents'].flatMap((room) =>
    readdirSync(join(PROJECT, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|sh)$/.test(name))
      .map((name) => `${room}/${name}`)
      .filter((file) =>
        readFileSync(join(PROJECT, file), 'utf8')
          .split('\n')
          .some((line) => !/^\s*(?:\/\/|\/?\*|#)/.test(line) && PROTOCOL.test(line)),
      ),
  );
  expect(naming.toSorted()).toEqual([
    'documents/ramp-objects.sh',
    'lib/tunnel/bigip/tunnel.ts',
    'lib/tunnel/ramp/tunnel.ts',
  ]);
});
