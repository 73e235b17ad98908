import type { ActionReport, Report, ResourceReport } from './report.ts';

/** `manifests/sso.yaml:3`, or the name of the resource where there is no file. */
export function placeOf(place: {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly resource?: string | undefined;
}): string {
  const { file, line, resource } = place;
  if (file === undefined) return resource ?? 'manifest';
  return line === undefined ? file : `${file}:${line}`;
}

/** `Plan: 1 to add, …; 3 resources: 2 in sync, 1 with changes`. */
export function summarySentence({ summary }: Report): string {
  const { resources, inSync, changes, stopped, invalid, add, change, remove } = summary;
  const others = resources - inSync - changes - stopped;
  const counts = [
    `${inSync} in sync`,
    `${changes} with changes`,
    ...(stopped > 0 ? [`${stopped} that cannot reach the desired state`] : []),
    ...(others > 0 ? [`${others} suspended or being deleted`] : []),
  ];
  const plural = resources === 1 ? '' : 's';
  const errors = invalid === 0 ? '' : `; ${invalid} error${invalid === 1 ? '' : 's'} in manifests`;
  return `Plan: ${add} to add, ${change} to change, ${remove} to remove; ${resources} resource${plural}: ${counts.join(', ')}${errors}.`;
}

/** There is more to say of it than that all is well. */
export function isWorthReporting({ result, unknowns, warnings = [] }: ResourceReport): boolean {
  const reported = unknowns.length + warnings.length > 0;
  return result === 'Changes' || result === 'Held' || result === 'Stopped' || reported;
}

export interface DiffLine {
  readonly mark: ActionReport['mark'] | ' ';
  readonly text: string;
}

/** Administrators that stay, come and go. */
export function administratorLines({
  declared,
  observed,
  actions = [],
}: Pick<ResourceReport, 'declared'> & {
  readonly observed: NonNullable<ResourceReport['observed']>;
  readonly actions?: ResourceReport['actions'];
}): DiffLine[] {
  const have = observed.delegatedAdministrators;
  const wanted = declared.delegatedAdministrators;
  if (!have) return [{ mark: ' ', text: 'delegatedAdministrators: unknown' }];
  if (have.length === 0 && (wanted ?? []).length === 0)
    return [{ mark: ' ', text: 'delegatedAdministrators: []' }];
  const names = namesOf(have, actions);
  const line = (mark: DiffLine['mark'], accountId: string): DiffLine => {
    const name = names.get(accountId);
    return { mark, text: `  - "${accountId}"${name ? `  # ${name}` : ''}` };
  };
  const ids = have.map(({ accountId }) => accountId);
  const head = wanted ? 'delegatedAdministrators:' : 'delegatedAdministrators:  # not managed';
  return [
    { mark: ' ', text: head },
    ...ids.map((accountId) => line(!wanted || wanted.includes(accountId) ? ' ' : '-', accountId)),
    ...(wanted ?? []).filter((accountId) => !ids.includes(accountId)).map((id) => line('+', id)),
  ];
}

function namesOf(
  have: readonly { readonly accountId: string; readonly name?: string | undefined }[],
  actions: ResourceReport['actions'],
): ReadonlyMap<string, string> {
  const accounts = [...have, ...actions.flatMap(({ account }) => account ?? [])];
  return new Map(accounts.flatMap(({ accountId, name }) => (name ? [[accountId, name] as const] : [])));
}
