import { Document, isCollection, isNode } from 'yaml';
import type { Path } from '../../lib/tunnel/declaration/draft';
import type { Size } from './size';

/** What a field's value is called in the published procedure, or what else is to be known of it. */
export interface Remark {
  readonly path: Path;
  readonly text: string;
}

/**
 * A declaration as the text of its file.
 * @param schema where the JSON Schema lies, seen from the file: editors complete by it
 * @param about sentences for the beginning, each a line
 * @param declaration null for a field: it has no value yet
 * @public loaded when it is needed
 */
export function yamlText(
  declaration: object,
  schema: string,
  about: readonly string[],
  remarks: readonly Remark[],
): string {
  const document = new Document(declaration);
  document.commentBefore = [`yaml-language-server: $schema=${schema}`, ...about].map((line) => ` ${line}`).join('\n');
  for (const { path, text } of remarks) {
    const node = document.getIn(path, true);
    if (isNode(node)) node.comment = ` ${text}`;
  }
  for (const list of ['clusterNetworks', 'virtualServers']) {
    const node = document.get(list);
    if (isCollection(node)) node.flow = true;
  }
  return document.toString({ lineWidth: 0, nullStr: '', flowCollectionPadding: false });
}

/** The names of the published procedure, at the fields that have them. @public loaded when it is needed */
export function publishedNames(size: Size): readonly Remark[] {
  return [
    { path: size.bigips === 2 ? ['bigipPair', 'floating'] : ['bigip', 0, 'address'], text: 'F5_IP' },
    { path: size.nodes === 2 ? ['ramp', 'vip'] : ['ramp', 'nodes', 0, 'address'], text: 'RAMP_IP' },
    { path: ['tunnel', 'bigip'], text: 'TUNNEL_IP1' },
    { path: ['tunnel', 'node'], text: 'TUNNEL_IP2' },
  ];
}
