import { mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declarations } from '../../cli/local/assembly';
import { readAssembly } from '../../lab/cloud/template';
import { synthesize } from './support/synthesized';
import { tunnels } from './support/tunnels';

describe('500 tunnels', () => {
  const declared = tunnels(500, () => 'edge-ramp/ssh-key');
  const { directory, template } = synthesize(declared);
  const templates = readdirSync(directory).filter((file) => file.endsWith('.template.json'));
  const contents = templates.map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')).Resources);

  test('are assembled in templates that CloudFormation takes: 1 MB and 500 resources each', () => {
    expect(templates).toHaveLength(17);
    for (const file of templates) expect(statSync(join(directory, file)).size).toBeLessThan(1_000_000);
    for (const resources of contents) expect(Object.keys(resources).length).toBeLessThan(500);
  });

  test('are each declared once, by the same parameter as ever', () => {
    const names = contents.flatMap((resources) =>
      Object.values<any>(resources)
        .filter(({ Type }) => Type === 'AWS::SSM::Parameter')
        .map(({ Properties }) => Properties.Name),
    );
    expect(names.filter((name) => name.startsWith('/edge-ramp/tunnels/')).sort()).toEqual(
      declared.map(({ name }) => `/edge-ramp/tunnels/${name}`).sort(),
    );
  });

  test('are found, each of them, by the command line and by the lab', () => {
    const project = mkdtempSync(join(tmpdir(), 'edge-ramp-many-'));
    symlinkSync(directory, join(project, 'cdk.out'));
    const names = declared.map(({ name }) => name).sort();
    expect([...declarations(project).keys()].sort()).toEqual(names);
    const parameters = readAssembly(directory).resources('AWS::SSM::Parameter');
    expect(parameters.filter(({ name }) => name.startsWith('/edge-ramp/tunnels/'))).toHaveLength(names.length);
  });

  test('are not written with indentation', () =>
    expect(readFileSync(join(directory, 'EdgeRamp.template.json'), 'utf8')).toBe(JSON.stringify(template)));
});
