import { readDocument } from '../../../lab/cloud/ssm/document';
import { readAssembly } from '../../../lab/cloud/template';
import { documentResource, parameter, writeAssembly } from './support';

describe('a document is refused by name', () => {
  const reading = (resource: Record<string, unknown>) => () =>
    readAssembly(writeAssembly({ D: resource }))
      .resources('AWS::SSM::Document')
      .map(readDocument);
  test.each([
    [
      'a parameter that is no ENV_VAR',
      reading(documentResource('d', [], { P: { type: 'String' } })),
      /d: parameter P without interpolationType ENV_VAR/,
    ],
    [
      'a parameter written into the text',
      reading(documentResource('d', ['echo {{ P }}'], { P: parameter() })),
      /\{\{ P \}\}/,
    ],
    ['another type', reading(documentResource('d', [], { P: parameter({ type: 'StringList' }) })), /StringList/],
    [
      'a pattern of Java alone',
      reading(documentResource('d', [], { P: parameter({ allowedPattern: '[a-z&&[^x]]' }) })),
      /only Java understands/,
    ],
    ['a field it does not know', reading(documentResource('d', [], { P: parameter({ maxChars: 3 }) })), /maxChars/],
  ])('%s', (_, read, message) => expect(read).toThrow(message));
});
