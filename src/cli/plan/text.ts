import type { Paint, Terminal } from '../terminal.ts';
import { administratorLines, isWorthReporting, placeOf, summarySentence } from './phrases.ts';
import type { ActionReport, ObstacleReport, Report, ResourceReport } from './report.ts';

type Painter = Terminal['paint'];

const colours = { '+': 'green', '~': 'yellow', '-': 'red' } as const satisfies Record<
  ActionReport['mark'],
  Paint
>;

/** The plan as people know it from Terraform and `kubectl diff`. */
export function planText(report: Report, paint: Painter): string {
  const notices = report.resources.filter(isWorthReporting);
  const quiet = report.resources.filter((resource) => !isWorthReporting(resource));
  const blocks = [
    ...report.errors.map(({ message, ...place }) =>
      [paint('red', `✗ ${placeOf(place)}`), `    ${message}`].join('\n'),
    ),
    ...notices.map((resource) => resourceText(resource, paint)),
    ...(quiet.length > 0 ? [quiet.map((resource) => headOf(resource, paint)).join('\n')] : []),
  ];
  const summary = `${paint('bold', verdicts[report.result])} ${summarySentence(report)}`;
  return [...blocks.flatMap((block) => [block, '']), summary].join('\n');
}

const verdicts = {
  InSync: 'In sync.',
  Changes: 'Changes.',
  Error: 'Needs attention.',
} as const satisfies Record<Report['result'], string>;

const heads = {
  InSync: { mark: '=', paint: 'dim', says: 'in sync' },
  Changes: { mark: '~', paint: 'yellow', says: 'would change' },
  Held: { mark: '!', paint: 'yellow', says: 'differs; the operator does not change it now' },
  Stopped: { mark: '✗', paint: 'red', says: 'cannot reach the desired state' },
  Suspended: { mark: '=', paint: 'dim', says: 'suspended; not read' },
  Released: { mark: '=', paint: 'dim', says: 'being deleted; AWS stays as it is' },
} as const satisfies Record<ResourceReport['result'], { mark: string; paint: Paint; says: string }>;

function headOf(resource: ResourceReport, paint: Painter): string {
  const { mark, paint: colour, says } = heads[resource.result];
  const place = resource.file === undefined ? '' : `  ${paint('dim', placeOf(resource))}`;
  return `${paint(colour, mark)} ${paint('bold', resource.name)}: ${says}${place}`;
}

function resourceText(resource: ResourceReport, paint: Painter): string {
  const { title, servicePrincipal, organization } = resource;
  const where = organization ? ` of organization ${organization.id}` : '';
  const service = title === servicePrincipal ? servicePrincipal : `${servicePrincipal}, ${title}`;
  return [
    headOf(resource, paint),
    `    ${service}${where}`,
    ...diffLines(resource, paint),
    ...resource.actions.flatMap((action, index) => actionLines(action, index, paint)),
    ...obstacleLines(paint('red', '✗ stops'), resource.stop),
    ...obstacleLines(paint('yellow', '! held'), resource.held),
    ...(resource.warnings ?? []).map((warning) => `    ${paint('yellow', '! warning')}: ${warning}`),
    ...resource.unknowns.flatMap((unknown) =>
      obstacleLines(paint('yellow', `? ${unknown.fact} could not be read`), unknown),
    ),
  ].join('\n');
}

/** What AWS has and what is declared, side by side; nothing where they are equal or one is not known. */
function diffLines({ declared, observed, result, actions }: ResourceReport, paint: Painter): string[] {
  if (!observed || result === 'InSync') return [];
  const access =
    observed.access === declared.access
      ? [`      access: ${declared.access}`]
      : [`    ${paint('yellow', '~')} access: ${observed.access} → ${declared.access}`];
  return [
    '',
    ...access,
    ...administratorLines({ declared, observed, actions }).map(({ mark, text }) =>
      mark === ' ' ? `      ${text}` : `    ${paint(colours[mark], `${mark} ${text}`)}`,
    ),
    '',
  ];
}

function actionLines({ mark, text, why, affects }: ActionReport, index: number, paint: Painter): string[] {
  return [
    `    ${index + 1}. ${paint(colours[mark], `${mark} ${text}`)}`,
    `         why:     ${why}`,
    ...affects.map((each) => `         affects: ${each}`),
  ];
}

function obstacleLines(head: string, obstacle: ObstacleReport | undefined): string[] {
  if (!obstacle) return [];
  const { reason, message, action, passing } = obstacle;
  return [
    `    ${head}: ${reason}`,
    `         ${message}`,
    ...(action === undefined ? [] : [`         missing permission: ${action}`]),
    ...(passing ? ['         this failure may be temporary; try again'] : []),
  ];
}
