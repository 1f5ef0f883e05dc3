import * as fc from 'fast-check';
import { cluster } from '../../../lib/tunnel/cluster/device';
import { difference } from '../../../lib/tunnel/device/difference';
import { effect, refuseUnsendable, wire } from '../../../lib/tunnel/device/operation';
import { recordedState, recordOperations, type Before } from '../../../lib/tunnel/plan/records';
import { PARAMETERS } from '../../../lib/stack/document-parameters';
import {
  carriedOut,
  declarations,
  models,
  observed,
  publishedModels,
  shown,
  twoTunnels,
  type Model,
} from './cluster-model';
import { ADMIN } from './cluster-site';
import { aim, reached } from './cluster-plans';

const RUNS = { numRuns: 300 };

/** Objects of ours that the published procedure made are adopted, so they go with the tunnel. */
function withoutAdopted(model: Model): Model {
  const { f5ipfailover: _adopted, ...failovers } = model.failovers;
  return { ...model, failovers };
}

describe('the laws', () => {
  test('a plan leads to its goal, operation by operation, and then there is nothing to plan', () =>
    fc.assert(
      fc.property(models, declarations, declarations, fc.boolean(), (fresh, before, spec, applies) => {
        const [model, applied] = applies ? [reached('desired', fresh, before), before] : [fresh, null];
        for (const goal of ['desired', 'absent'] as const) {
          const { state } = observed(model, spec, applied);
          const end = aim(goal, model, spec, applied);
          const operations = difference(cluster.record.objects, state, end);
          expect(operations.reduce(effect, state)).toEqual(end);
          const after = operations.reduce((now, operation) => carriedOut(now, spec.name, operation), model);
          expect(observed(after, spec, applied).state).toEqual(end);
          expect(difference(cluster.record.objects, end, aim(goal, after, spec, applied))).toEqual([]);
        }
      }),
      RUNS,
    ));

  test('applied and torn down, a cluster is as it was before, whatever was there', () =>
    fc.assert(
      fc.property(models, declarations, (model, spec) => {
        const applied = reached('desired', model, spec);
        expect(shown(reached('absent', applied, spec, spec))).toBe(shown(model));
      }),
      RUNS,
    ));

  test('changed from one declaration to another and torn down, too', () =>
    fc.assert(
      fc.property(models, declarations, declarations, (model, first, second) => {
        const changed = reached('desired', reached('desired', model, first), second, first);
        expect(shown(reached('absent', changed, second, second))).toBe(shown(model));
      }),
      RUNS,
    ));

  test('two tunnels that share nodes, label or account may come and go in every order, and come again', () =>
    fc.assert(
      fc.property(
        fc.oneof(models, publishedModels),
        twoTunnels,
        fc.array(fc.boolean(), { maxLength: 8 }),
        (fresh, tunnels, order) => {
          let model = fresh;
          const standing = [false, false];
          const turn = (i: number): void => {
            const spec = tunnels[i]!;
            model = reached(standing[i] ? 'absent' : 'desired', model, spec, standing[i] ? spec : null);
            standing[i] = !standing[i];
          };
          for (const second of order) turn(second ? 1 : 0);
          for (const i of [0, 1]) if (standing[i]) turn(i);
          expect(shown(model)).toBe(
            shown(order.includes(false) && tunnels[0].ramp.vip ? withoutAdopted(fresh) : fresh),
          );
        },
      ),
      RUNS,
    ));

  test('what a run has done so far can be taken back, wherever it stopped, also beside another tunnel', () =>
    fc.assert(
      fc.property(
        fc.oneof(models, publishedModels),
        twoTunnels,
        fc.boolean(),
        fc.nat(),
        (fresh, [spec, other], beside, n) => {
          const model = beside ? reached('desired', fresh, other) : fresh;
          for (const [start, applied, goal] of [
            [model, null, 'desired'],
            [reached('desired', model, spec), spec, 'absent'],
          ] as const) {
            const { state } = observed(start, spec, applied);
            const operations = difference(cluster.record.objects, state, aim(goal, start, spec, applied));
            const before: Before = recordOperations({}, ADMIN, state, operations);
            const stopped = operations
              .slice(0, n % (operations.length + 1))
              .reduce((now, operation) => carriedOut(now, spec.name, operation), start);
            const now = observed(stopped, spec, applied).state;
            const recorded = recordedState(before, ADMIN, now);
            expect(recorded.left).toEqual([]);
            const back = difference(cluster.record.objects, now, recorded.goal).reduce(
              (each, operation) => carriedOut(each, spec.name, operation),
              stopped,
            );
            expect(observed(back, spec, applied).state).toEqual(state);
          }
        },
      ),
      RUNS,
    ));

  test('all that is asked and sent passes the documents', () =>
    fc.assert(
      fc.property(models, declarations, declarations, (fresh, first, second) => {
        const model = reached('desired', fresh, first);
        const subject = { name: ADMIN, spec: second, applied: first };
        expect(cluster.questions(subject).join('|')).toMatch(new RegExp(PARAMETERS.Questions.pattern));
        for (const goal of ['desired', 'absent'] as const) {
          const operations = difference(
            cluster.record.objects,
            observed(model, second, first).state,
            aim(goal, model, second, first),
          );
          refuseUnsendable('', operations);
          expect(operations.map(wire).join('|')).toMatch(new RegExp(PARAMETERS.Operations.pattern));
        }
      }),
      RUNS,
    ));
});
