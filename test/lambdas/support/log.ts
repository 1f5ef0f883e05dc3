/** Import this before what logs: a logger asks for its level when it is made. */
process.env['POWERTOOLS_LOG_LEVEL'] = 'INFO';

/** What handlers write where Lambda would take it for their log. */
export interface Log {
  /** The lines since it was opened, each one of them JSON. */
  lines(): readonly Record<string, any>[];
  close(): void;
}

/** Collects the log of handlers. */
export function logOf(): Log {
  let text = '';
  // Warnings go to the other stream; Lambda's log has both.
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    }),
  );
  return {
    lines: () =>
      text
        .split('\n')
        .filter((line) => line.startsWith('{')) // Node's own warnings are no JSON
        .map((line) => JSON.parse(line) as Record<string, any>),
    close: () => spies.forEach((spy) => spy.mockRestore()),
  };
}

/** The metrics that CloudWatch makes of lines in the embedded metric format: `namespace{dimensions} name = value unit`. */
export function metricsIn(lines: readonly Record<string, any>[]): readonly string[] {
  return lines
    .filter((line) => '_aws' in line)
    .flatMap((line) =>
      line['_aws'].CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }: any) =>
        Dimensions.flatMap((names: string[]) =>
          Metrics.map(
            ({ Name, Unit }: any) =>
              `${Namespace}{${names
                .map((name) => `${name}=${line[name]}`)
                .sort()
                .join(',')}} ${Name} = ${line[Name]} ${Unit}`,
          ),
        ),
      ),
    );
}
