/** The variables that the stack gives a function that sends commands. */
export function sendingEnvironment(): void {
  Object.assign(process.env, {
    DOCUMENT_OBSERVE: 'observe',
    DOCUMENT_APPLY: 'apply',
    DOCUMENT_APPLY_BY_OC: 'apply-by-oc',
    DELIVERY_TIMEOUT_SECONDS: '120',
    POLL_DEADLINE_SECONDS: '270',
    POLL_DEADLINE_BY_OC_SECONDS: '330',
  });
}
