import { DynamoDBClient, ListTablesCommand, PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Declared } from '../../../lib/tunnel/declaration/tunnel';
import left from './left-by-d9d9179.json';
import { site, type Site } from './site';

/** What runs of commit d9d9179 left: the tunnel's item, the files of its scripts, and the lines that they typed on the devices, in order. */
interface Left {
  readonly name: string;
  readonly declared: Declared;
  readonly item: Record<string, AttributeValue>;
  /** By host and path; `@ROOT@` stands for the host's root folder. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly typed: readonly (readonly [host: string, line: string, code?: number])[];
}

const LEFT = left as unknown as readonly Left[];

/** A site as those runs left it, what its hosts held before any run, and the name of its tunnel. */
export async function siteOf(
  name: string,
): Promise<{ readonly here: Site; readonly untouched: string; readonly tunnel: string }> {
  const { declared, item, files, typed } = LEFT.find((each) => each.name === name)!;
  const here = await site({ spec: declared });
  const untouched = here.dump();
  for (const [host, written] of Object.entries(files))
    for (const [path, text] of Object.entries(written)) await type(here, host, writing(path, text));
  for (const [host, line, code] of typed) await type(here, host, line, code);
  await put(here, ofThisLab(item, item['owner']?.S, await diedRun(here, declared.name)));
  return { here, untouched, tunnel: declared.name };
}

async function type({ world }: Site, host: string, line: string, expected = 0): Promise<void> {
  const { code, err } = await world.run(host, line);
  if (code !== expected) throw new Error(`${host}: ${line}: ${err}`);
}

/** A line of bash that writes a file under a host's root folder. */
function writing(path: string, text: string): string {
  const target = `"$EDGE_RAMP_ROOT${path}"`;
  const whole = Buffer.from(text).toString('base64');
  return `mkdir -p "$(dirname ${target})" && base64 -d <<<'${whole}' | sed "s#@ROOT@#$EDGE_RAMP_ROOT#g" >${target}`;
}

/** The ARN of a run that was stopped before it did anything. */
async function diedRun({ lab }: Site, tunnel: string): Promise<string> {
  const { arn, done } = lab.start({ tunnel, action: 'plan' });
  await lab.stop(arn);
  await done;
  return arn;
}

/** The item with its owner's ARN replaced: Step Functions knows a run for 90 days after its end, this lab only its own. */
function ofThisLab(item: Left['item'], owner: string | undefined, died: string): Left['item'] {
  const text = JSON.stringify(item);
  return JSON.parse(owner === undefined ? text : text.replaceAll(owner, died)) as Left['item'];
}

async function put({ lab }: Site, Item: Record<string, AttributeValue>): Promise<void> {
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  const table = new DynamoDBClient({ endpoint: lab.url, region: 'local-1', credentials });
  const { TableNames: names } = await table.send(new ListTablesCommand({}));
  await table.send(new PutItemCommand({ TableName: names![0]!, Item }));
  table.destroy();
}
