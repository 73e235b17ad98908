import type { Journal, JournalEntry } from '../../sandbox/aws/journal.ts';
import { checkError, checkResponse } from './modelChecker.ts';
import { type ServiceModel, serviceModel } from './serviceModel.ts';

export interface ModelWatch {
  /** Every answer so far that AWS's own model does not allow. */
  complaints(): readonly string[];
  /** How many answers were judged. */
  judged(): number;
}

/**
 * Holds all that the simulated AWS answers from now on against AWS's models. `services` are signing names;
 * an answer of any other service is a complaint.
 */
export const watchModels = async (journal: Journal, services: readonly string[]): Promise<ModelWatch> => {
  const models = new Map<string, ServiceModel>();
  for (const service of services) models.set(service, await serviceModel(service));
  const complaints: string[] = [];
  let judged = 0;
  journal.subscribe((entry) => {
    const found = judge(models, entry);
    if (found === undefined) return;
    judged++;
    complaints.push(...found.map((complaint) => `${entry.service} ${complaint}`));
  });
  return { complaints: () => complaints, judged: () => judged };
};

const judge = (models: ReadonlyMap<string, ServiceModel>, entry: JournalEntry): string[] | undefined => {
  const model = models.get(entry.service);
  if (model === undefined) return [`${entry.operation}: no model was given`];
  switch (entry.result.kind) {
    case 'Answered':
      return checkResponse(model, entry.operation, entry.result.output);
    case 'Refused':
      return checkError(model, entry.operation, entry.result.error);
    case 'Lost':
      return undefined;
  }
};
