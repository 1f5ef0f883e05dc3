import { Units } from '../../../lab/kernel/units';

const KEEPER = '/usr/bin/env SSM_Tunnel=edge-a /bin/bash /var/lib/edge-ramp/edge-a.keeper';
const running = { units: { 'edge-ramp-edge-a': { enabled: true, process: KEEPER } } };

/** The services of a node with what has been started for them. */
function opened() {
  const started: { readonly words: readonly string[]; readonly stopped: AbortSignal }[] = [];
  const units = new Units('/hosts/a/root', (words, stopped) => {
    started.push({ words, stopped });
    return new Promise((ended) => stopped.addEventListener('abort', ended));
  });
  return { units, started };
}

test('a program is started once, with its files where the node has them, and stopped with its unit', () => {
  const { units, started } = opened();
  units.follow(running);
  units.follow(running);
  expect(started).toHaveLength(1);
  expect(started[0]!.words.at(-1)).toBe('/hosts/a/root/var/lib/edge-ramp/edge-a.keeper');
  units.follow({ units: {} });
  expect(started[0]!.stopped.aborted).toBe(true);
});

test('one that is to be started anew is, and one of a node that comes back', () => {
  const { units, started } = opened();
  units.follow(running);
  units.restart('edge-ramp-edge-a');
  units.follow(running);
  units.off();
  units.follow(running);
  expect(started.map(({ stopped }) => stopped.aborted)).toEqual([true, true, false]);
  units.close();
});

test('a lab that is closed starts nothing any more, whatever a command under way brings about', () => {
  const { units, started } = opened();
  units.follow(running);
  units.close();
  units.follow(running);
  expect(started.map(({ stopped }) => stopped.aborted)).toEqual([true]);
});
