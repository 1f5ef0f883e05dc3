import { readAssembly } from '../../../lab/cloud/template';
import { table, temporaryFolder, writeAssembly } from './support';

const value = (expression: unknown, resources: Record<string, unknown> = {}) =>
  readAssembly(
    writeAssembly(
      { ...resources, P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/p', Value: expression } } },
      { F: '' },
    ),
  )
    .resources('AWS::SSM::Parameter')[0]!
    .get('Value');

test.each([
  ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'local-1'],
  ['Ref of a function', { Ref: 'F' }, 'Lab-F'],
  ['Ref of a named table', { Ref: 'Named' }, 'Tunnels'],
  ['Ref of a topic, which gives its ARN', { Ref: 'Topic' }, 'arn:aws:sns:local-1:000000000000:Lab-Topic'],
  ['GetAtt', { 'Fn::GetAtt': ['F', 'Arn'] }, 'arn:aws:lambda:local-1:000000000000:function:Lab-F'],
  ['Join', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':states']] }, 'arn:aws:states'],
  [
    'Sub',
    { 'Fn::Sub': '${AWS::AccountId}/${Named}/${F.Arn}' },
    '000000000000/Tunnels/arn:aws:lambda:local-1:000000000000:function:Lab-F',
  ],
  ['Sub with values', { 'Fn::Sub': ['${X}-${AWS::StackName}', { X: { Ref: 'Named' } }] }, 'Tunnels-Lab'],
])('resolves %s', (_, expression, expected) => {
  const Named = { ...table, Properties: { TableName: 'Tunnels' } };
  expect(value(expression, { Named, Topic: { Type: 'AWS::SNS::Topic' } })).toBe(expected);
});

test.each([
  ['another intrinsic', { 'Fn::Select': [0, ['a']] }, /Fn::Select/],
  ['a reference to another type', { Ref: 'Bucket' }, /Bucket \(AWS::S3::Bucket\)/],
  ['a reference to nothing', { Ref: 'Nobody' }, /Nobody \(no resource\)/],
])('refuses %s by name, when it is asked for', (_, expression, message) => {
  expect(() => value(expression, { Bucket: { Type: 'AWS::S3::Bucket' } })).toThrow(message);
});

test('says what to do when there is no assembly', () => {
  expect(() => readAssembly(temporaryFolder())).toThrow(
    /^There is no readable manifest.json in .*: run `npx cdk synth` first\.$/,
  );
});
