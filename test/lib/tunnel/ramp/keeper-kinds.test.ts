import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ramp } from '../../../../lib/tunnel/ramp/device';

const text = (script: string): string => readFileSync(join(__dirname, '../../../../documents', script), 'utf8');

/** The keeper keeps all objects of its node, but itself: one of a kind that it does not know would keep it from all others. */
const kinds = new Set(ramp.record.objects.map(({ kind }) => kind.split(' ')[0]!).filter((kind) => kind !== 'keeper'));

test.each([...kinds])('a keeper knows the kind of object "%s", and makes it', (kind) => {
  expect(text('keeper-looks.sh')).toContain(`\n    '${kind} '*) `);
  expect(text('ramp-make.sh')).toContain(`\n  ${kind}) `);
});
