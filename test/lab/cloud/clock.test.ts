import { evaluate } from '../../../lab/cloud/asl/expression';
import { alarm, Clock } from '../../../lab/cloud/clock';
import { Functions } from '../../../lab/cloud/lambda';
import { readAssembly } from '../../../lab/cloud/template';
import { Workers } from '../../../lab/cloud/workers';
import { table, temporaryFolder, writeAssembly } from './support';

const DAY = 86_400_000;
/** Real time that a busy machine may take for next to nothing, in milliseconds. */
const SLACK = 20_000;
const near = (date: number, wanted: number): void => {
  expect(date).toBeGreaterThan(wanted - 5); // two clocks of one machine, each cut to milliseconds
  expect(date).toBeLessThan(wanted + SLACK);
};

test('dates are real ones until time passes, and then ahead by as much', () => {
  const clock = new Clock(50);
  near(clock.now(), Date.now());
  clock.passTo(clock.now() + DAY);
  near(clock.now(), Date.now() + DAY);
  near(Date.parse(clock.text()), Date.now() + DAY);
});

test('time never goes back', () => {
  const clock = new Clock();
  clock.passTo(Date.now() + DAY);
  clock.passTo(Date.now());
  near(clock.now(), Date.now() + DAY);
});

test("the devices' own seconds pass with the speed and with the dates", () => {
  const clock = new Clock(50);
  const before = clock.deviceSeconds();
  clock.passTo(clock.now() + DAY);
  const passed = clock.deviceSeconds() - before;
  expect(passed).toBeGreaterThanOrEqual(DAY / 1000 - 1);
  expect(passed).toBeLessThan(DAY / 1000 + (SLACK / 1000) * 50);
});

test('a time-out is a real one, at any speed: what it limits is no faster than the machine', async () => {
  const clock = new Clock(1000);
  const struck: string[] = [];
  alarm(0.2, () => struck.push('0.2 s'));
  const takeBack = alarm(0.1, () => struck.push('taken back'));
  takeBack();
  await clock.sleep(100);
  expect(struck).toEqual([]);
  await new Promise((resolve) => alarm(0.2, () => resolve(undefined)));
  expect(struck).toEqual(['0.2 s']);
});

test("expressions have the lab's date, one moment in all of an expression", async () => {
  const clock = new Clock();
  clock.passTo(Date.now() + DAY);
  const scope = { variables: {}, states: { input: {}, context: {} }, now: () => clock.now() };
  const output = (text: string) => evaluate(text, scope, 'P', 'Output');
  const asked = Date.now() + DAY;
  near((await output('{% $millis() %}')) as number, asked);
  near(Date.parse((await output('{% $now() %}')) as string), asked - 1000);
  expect(await output('{% $toMillis($now()) = $millis() %}')).toBe(true);
  expect(await output("{% $now('[Y0001]') %}")).toBe(clock.text().slice(0, 4));
});

test("a handler has the lab's dates, however it asks for them, anew with each invocation", async () => {
  const clock = new Clock(50);
  const dates = `exports.handler = async () => ({
    now: Date.now(), fresh: new Date().getTime(), given: new Date(5).getTime(), parts: new Date(2020, 0, 2).getFullYear(),
    parsed: Date.parse('2020-01-01T00:00:00Z'), utc: Date.UTC(2020, 0), text: typeof Date(), is: new Date() instanceof Date,
    json: new Date(0).toJSON(), sub: new (class extends Date {})().getTime(),
  });`;
  const assembly = readAssembly(writeAssembly({ Table: table }, { Dates: dates }));
  const workers = new Workers();
  const functions = new Functions(assembly, { clock, logs: temporaryFolder(), endpoints: {}, workers });
  const ask = () => functions.invoke('Lab-Dates', {}) as Promise<Record<string, unknown>>;
  near((await ask())['now'] as number, Date.now() - SLACK / 2);
  clock.passTo(Date.now() + DAY);
  const told = await ask();
  for (const date of ['now', 'fresh', 'sub']) near(told[date] as number, Date.now() + DAY - SLACK / 2);
  const NEW_YEAR = 1_577_836_800_000;
  expect(told).toMatchObject({ given: 5, parts: 2020, parsed: NEW_YEAR, utc: NEW_YEAR, text: 'string', is: true });
  expect(told).toMatchObject({ json: '1970-01-01T00:00:00.000Z' });
  await functions.close(true);
  await workers.close();
});
