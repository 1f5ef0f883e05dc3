import { PORT } from './arguments';
import { HOST_ACTIONS } from './command';

export const USAGE = `Usage:
  edge-ramp validate  [FILE...]          check declarations (all of tunnels/ unless named)
  edge-ramp plan      TUNNEL             show what an apply, or with --teardown a teardown, would change
  edge-ramp apply     TUNNEL             build, repair or change the tunnel, and prove it
  edge-ramp verify    TUNNEL             prove that the tunnel stands as declared
  edge-ramp teardown  TUNNEL             take the tunnel away
  edge-ramp status    [TUNNEL]           every tunnel at a glance
  edge-ramp history   TUNNEL             its runs, and what they changed
  edge-ramp event     TUNNEL             ask the automation to apply it again
  edge-ramp pause     TUNNEL --reason T  keep the automation away from it
  edge-ramp resume    TUNNEL             end that
  edge-ramp preflight TUNNEL             is everything ready for a first run?
  edge-ramp local                        what --local runs against, as a server for the AWS CLI, until interrupted
  edge-ramp local host NAME ACTION       what happens to a host of this machine: ${HOST_ACTIONS.join(', ')}
  edge-ramp help | --version
On AWS with the usual credentials; with --local on this machine, against simulated hosts or real interfaces.
`;

export const HELP = `edge-ramp builds, proves, repairs and removes the tunnel between an F5 BIG-IP and the Pods of an OpenShift cluster.

${USAGE}
Where (all but validate and local):
  --region REGION       of AWS (default: AWS_REGION, or the profile's)
  --profile PROFILE     of the AWS configuration files (default: AWS_PROFILE); AWS_ENDPOINT_URL is taken, too
  --stack NAME          the deployment that was made with \`cdk deploy --context stack=NAME\`, beside others in the region
  --local               on this machine: the state machine of cdk.out (\`npx cdk synth\`) against SIMULATED hosts
                        (not event and preflight); refused where tunnels/ says something else than cdk.out
  --hosts KIND          with --local: "simulated", or "kernel": nodes, Pods and BIG-IP as network namespaces with real
                        interfaces, Open vSwitch and keepalived, in this kernel or a guest; tmsh and oc stay models
                        (default: as they are in the folder, else simulated)
  --state DIR           with --local: where hosts and table are kept between calls (default: ~/.local/state/edge-ramp)
  --json                one JSON document on stdout instead of text (not event)

Options of plan, apply, verify and teardown:
  --fresh               with --local: forget hosts and table first
  --fault FILE          with --local: spoil commands on hosts, a JSON list; what never struck is told at the end:
                        [{"host": NAME, "match": REGEX, "nth": 1, "effect": "fail-before" | "fail-after" | "hang"}]
                        "host-gone", with "for": SECONDS until it is back; and for commands sent to an instance, where "match" is
                        on the document and optional, with "times": N: "throttle", "lose-result", "late-delivery"
  --teardown            plan only: what a teardown would change; its digest is for teardown --expect
  --commands            plan only: the exact commands that the plan would run
  --allow-interruption  apply, teardown: make changes that cut live traffic, too
  --expect DIGEST       apply, teardown: only if the plan (of a teardown: plan --teardown) still has this digest
  --forget INSTANCE     plan, apply, teardown: a node that left the declaration, or (teardown) the site, is gone for good:
                        nobody looks for it; may be given several times

Options of the others:
  --watch               status: again every 5 seconds until interrupted; where nobody watches, only what changed
  --limit N             history: at most so many runs, 1 to 100 (default 10)
  --until WHEN          pause: a span (90m, 8h, 2d) or a time, local unless it names its zone (default: until resume)
  --reason TEXT         pause: why, for whoever finds the tunnel paused
  --no-plan             preflight: leave out the plan, which looks at every device

Options of local:
  --port N              port on 127.0.0.1 (default: ${PORT}; 0: any that is free)
  --state DIR, --hosts KIND, --fresh  as above

Ctrl-C stops a --local run. A run on AWS goes on; it says where.

Exit codes: 0 success; 1 failed, everything is as before; 2 mistakes in a declaration, request or fault file;
3 something is left over, or the run was interrupted or goes on; 64 wrong usage.
`;
