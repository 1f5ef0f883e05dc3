import { siteOf } from './support/earlier';
import { discard, endOf, type Site } from './support/site';

const STANDING = ['a single ramp', 'a pair'];
/** Runs that were stopped between two states, on devices that they had changed. */
const DIED = [
  'an apply of a single ramp that died when the devices were configured',
  'an apply of a pair that died when the devices were prepared',
];

let here: Site;
/** What the hosts held before that commit's first run. */
let untouched: string;
let tunnel: string;
const open = async (name: string): Promise<void> => void ({ here, untouched, tunnel } = await siteOf(name));
afterEach(() => discard(here));

async function end(input: object = {}): Promise<string> {
  const result = await here.run(input);
  return result.cause === undefined ? endOf(result) : `${endOf(result)}: ${result.cause}`;
}

/** Repairs what the run left that has the lease still. */
const repair = async (): Promise<string> => end({ repair: (await here.lab.item(tunnel))!['owner'] });

describe('what commit d9d9179 applied', () => {
  test.each(STANDING)('%s is torn down, and nothing is left on a device', async (name) => {
    await open(name);
    expect(await end({ action: 'teardown' })).toBe('TornDown');
    expect(here.dump()).toBe(untouched);
  });

  test('a single ramp gets a keeper, and nothing else', async () => {
    await open('a single ramp');
    const { endState, changes } = (await here.run()).output as any;
    expect(endState).toBe('Applied');
    expect(changes).toEqual([expect.objectContaining({ text: expect.stringMatching(/^\+ keeper/), interrupts: null })]);
    expect(await end({ action: 'verify' })).toBe('Verified');
    expect(await end()).toBe('Unchanged');
  });

  test('a pair gets keepers in the place of its health reports, and nothing else', async () => {
    await open('a pair');
    const { endState, changes } = (await here.run()).output as any;
    expect(endState).toBe('Applied');
    expect(changes).toHaveLength(4);
    for (const { text, interrupts } of changes)
      expect({ text, interrupts }).toEqual({ text: expect.stringMatching(/^[-+] keeper/), interrupts: null });
    expect(await end()).toBe('Unchanged');
  });
});

describe('what a run of commit d9d9179 left when it died', () => {
  test.each(DIED)('%s: a repair puts it back', async (name) => {
    await open(name);
    expect(await repair()).toBe('Restored');
    expect(here.dump()).toBe(untouched);
  });

  test.each(DIED)('%s: a teardown takes it away', async (name) => {
    await open(name);
    expect(await end({ action: 'teardown' })).toBe('TornDown');
    expect(here.dump()).toBe(untouched);
  });

  test('a teardown that died when the virtual servers were detached: a repair puts them back, and it stands', async () => {
    await open('a teardown of a single ramp that died when the virtual servers were detached');
    expect(await repair()).toBe('Restored');
    expect(await end()).toBe('Applied'); // its keeper
    expect(await end({ action: 'teardown' })).toBe('TornDown');
    expect(here.dump()).toBe(untouched);
  });
});
