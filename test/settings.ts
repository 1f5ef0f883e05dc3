/** Handlers log where Lambda would take it: a test that looks at their lines turns this on again. */
process.env['POWERTOOLS_LOG_LEVEL'] ??= 'SILENT';

/** Where handlers publish what they measure, as the stack tells them. */
process.env['NAMESPACE'] ??= 'edge-ramp';

/** CDK's own check of a template takes longer than all the rest of a synthesis: it is left to `cdk synth`, which has the template that is deployed. */
process.env['CDK_VALIDATION'] = 'false';
