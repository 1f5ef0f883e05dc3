import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf } from './support/headings';
import { PROJECT } from './support/template';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

/** The links of a document that lead to a file or a heading of this repository, code left out. */
function linksOf(file: string): readonly string[] {
  const text = readFileSync(join(PROJECT, file), 'utf8').replace(/```.*?```|`[^`\n]*`/gs, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link));
}

test.each(DOCUMENTS)('every link of %s leads somewhere', (file) => {
  const dead = linksOf(file).filter((link) => {
    const [path, anchor] = link.split('#') as [string, string?];
    const target = path === '' ? file : normalize(join(dirname(file), path));
    if (!existsSync(join(PROJECT, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(dead).toEqual([]);
});

test.each(DOCUMENTS)('no two headings of %s have the same name, so that a link to one leads there', (file) => {
  const anchors = anchorsOf(file);
  expect(anchors.filter((anchor, i) => anchors.indexOf(anchor) !== i)).toEqual([]);
});
