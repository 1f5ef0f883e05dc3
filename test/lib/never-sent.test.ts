import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCUMENTS = join(__dirname, '../../documents');

/** What overwrites a unit's configuration, moves its traffic, or changes what is set for all of it. */
const NEVER = [/force-full-load-push/, /\bfrom-group\b/, /\bsys +failover\b/, /\bmodify +sys +db\b/];

const scripts = readdirSync(DOCUMENTS).filter((name) => name.endsWith('.sh'));

test('no script sends a full push, a sync from the group, a failover or a change of a setting of BIG-IP', () => {
  expect(scripts).toContain('bigip-group.sh');
  const found = scripts.filter((name) => {
    const text = readFileSync(join(DOCUMENTS, name), 'utf8');
    return NEVER.some((words) => words.test(text));
  });
  expect(found).toEqual([]);
});
