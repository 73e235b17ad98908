import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { credentialWakeUps } from '../../src/cli/credentialWakeUps.ts';
import type { Reconciled } from '../../src/controller/controller.ts';

const denied: Reconciled['outcome'] = { kind: 'Stalled', reason: 'AccessDenied', message: 'no' };

function open() {
  const changes = new Subject<void>();
  const results = new Subject<Pick<Reconciled, 'name' | 'outcome'>>();
  const woken: string[] = [];
  credentialWakeUps(changes, results).subscribe((name) => woken.push(name));
  return { changes, results, woken };
}

describe('a change of the credential files', () => {
  it.each<[string, Reconciled['outcome'], boolean]>([
    ['wakes a resource that AWS refused', denied, true],
    ['wakes a resource of another account', { ...denied, reason: 'NotManagementAccount' }, true],
    ['wakes a resource that backs off', { kind: 'Retry', reason: 'ObservationFailed', message: '' }, true],
    ['leaves a resource with an invalid spec alone', { ...denied, reason: 'InvalidSpec' }, false],
    ['leaves a resource in sync alone', { kind: 'InSync', message: '' }, false],
  ])('%s', (_what, outcome, wakes) => {
    const { changes, results, woken } = open();
    results.next({ name: 'sso', outcome });
    expect(woken).toEqual([]);
    changes.next();
    expect(woken).toEqual(wakes ? ['sso'] : []);
  });

  it('no longer wakes a resource that came in sync', () => {
    const { changes, results, woken } = open();
    results.next({ name: 'sso', outcome: denied });
    results.next({ name: 'guardduty', outcome: denied });
    results.next({ name: 'sso', outcome: { kind: 'InSync', message: '' } });
    changes.next();
    expect(woken).toEqual(['guardduty']);
  });
});
