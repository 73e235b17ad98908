import type { Attributes } from './infrastructure.ts';

/** On everything that `setup` creates. */
export const ownerTag = { key: 'managed-by', value: 'trusted-access-operator' } as const;

/** Its value is the name of the set-up that created the resource: the name of its rule. */
export const setupTagKey = 'trusted-access-setup';

/** The tags of what the set-up of that name creates; `more` cannot replace them. */
export function tagsOf(setupName: string, more: Attributes): Attributes {
  return { ...more, [ownerTag.key]: ownerTag.value, [setupTagKey]: setupName };
}

/** Whether some set-up of the product created it. */
export function isProducts(tags: Attributes): boolean {
  return tags[ownerTag.key] === ownerTag.value;
}

/** Why a resource does not belong to the set-up of that name, as a phrase; undefined when it does. */
export function whyNotOwn(tags: Attributes, setupName: string): string | undefined {
  const marked = tags[setupTagKey];
  if (isProducts(tags) && marked === setupName) return undefined;
  if (isProducts(tags) && marked !== undefined) return `it belongs to the set-up ${marked}`;
  return `it lacks the tags ${ownerTag.key}=${ownerTag.value} and ${setupTagKey}=${setupName}`;
}

/** The product's, and not all tags are as wanted. */
export function lacksTags(have: Attributes, want: Attributes): boolean {
  return Object.entries(want).some(([key, value]) => have[key] !== value);
}
