import { notEnabled } from '../scenarios.ts';
import { type Defect, declared, model } from './defect.ts';
import { seed } from './seeding.ts';

export const ordering: readonly Defect[] = [
  {
    title: 'registers before access is enabled',
    mistake: seed('controller/plan.ts', 'plan', (plan) => (input) => {
      const planned = plan(input);
      const [first, ...then] = planned.actions;
      return first?.kind === 'EnableAccess' ? { ...planned, actions: [...then, first] } : planned;
    }),
    search: model([declared('security', { organization: notEnabled })], 0, 0),
    found: 'registered before enabling',
  },
  {
    title: 'deregisters before it registers where there is room for both',
    mistake: seed('controller/plan.ts', 'plan', (plan) => (input) => {
      const planned = plan(input);
      const leaves = ({ kind }: { kind: string }) => kind === 'DeregisterAdministrator';
      const actions = [...planned.actions.filter(leaves), ...planned.actions.filter((it) => !leaves(it))];
      return { ...planned, actions };
    }),
    search: ({ planning }) => planning(),
    found: 'deregistered before registering where there is room',
  },
  {
    title: 'replaces where there is room for both',
    mistake: seed('controller/plan.ts', 'plan', (plan) => (input) => plan({ ...input, maximum: 0 })),
    search: ({ planning }) => planning(),
    found: 'replaced where there is room for both',
  },
  {
    title: 'loses a wake-up that comes while the resource is reconciled',
    mistake: seed('controller/queue.ts', 'createQueue', (createQueue) => (...from) => {
      const queue = createQueue(...from);
      return { ...queue, add: (key) => (queue.active() > 0 ? undefined : queue.add(key)) };
    }),
    search: ({ queueing }) => queueing(),
    found: 'lost a wake-up',
  },
  {
    title: 'reconciles one resource twice at once',
    mistake: seed('controller/queue.ts', 'createQueue', (createQueue) => (...from) => {
      const queue = createQueue(...from);
      const next = () => {
        const work = queue.next();
        if (work) queue.done(work.key);
        return work;
      };
      return { ...queue, next };
    }),
    search: ({ queueing }) => queueing(),
    found: 'worked on one key twice at once',
  },
];
