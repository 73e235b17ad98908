import { administratorLines, isWorthReporting, placeOf, summarySentence } from './phrases.ts';
import type { ActionReport, ObstacleReport, Report, ResourceReport } from './report.ts';

/** GitHub takes 65,536 characters in a comment, GitLab a million. */
const longest = 60_000;

/** By it a pipeline finds its own comment again. */
export const marker = '<!-- trusted-access plan -->';

/** The plan for a pull request, in the Markdown that GitHub and GitLab have in common. */
export function planMarkdown(report: Report): string {
  const head = [marker, `## ${titles[report.result]}`, '', summarySentence(report), ''].join('\n');
  const blocks = [
    errorTable(report),
    ...report.resources.filter(isWorthReporting).map(resourceBlock),
    quiet(report),
  ];
  let text = head;
  let left = 0;
  for (const block of blocks.filter((each) => each !== '')) {
    if (text.length + block.length > longest) left += 1;
    else text += `\n${block}\n`;
  }
  if (left > 0) text += `\n_${left} more do not fit in this comment. See the log of the job._\n`;
  return text;
}

const titles = {
  InSync: '✅ Trusted access: in sync',
  Changes: '📝 Trusted access: changes',
  Error: '❌ Trusted access: needs attention',
} as const satisfies Record<Report['result'], string>;

const results = {
  InSync: 'in sync',
  Changes: 'would change',
  Held: 'differs; the operator does not change it now',
  Stopped: 'cannot reach the desired state',
  Suspended: 'suspended; not read',
  Released: 'being deleted; AWS stays as it is',
} as const satisfies Record<ResourceReport['result'], string>;

/**
 * Names of accounts and texts of manifests are other people's: no markup, image or link in them, no end of the table.
 * Mentions and references are found after escapes are gone; a space without a width keeps them apart.
 */
export function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>|~&]|[@#]|:(?=\S)|(?<=\bwww)\.|(?<=\bGH)-(?=\d)/gi, (character) => {
    if (character === '@' || character === '#') return `${character}&#8203;`;
    return /[:.-]/.test(character) ? `&#${character.codePointAt(0)};` : `\\${character}`;
  });
}

/** A code span holds everything but its own fence. */
const code = (text: string): string => `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;

function errorTable({ errors }: Report): string {
  if (errors.length === 0) return '';
  return [
    '| manifest | error |',
    '| --- | --- |',
    ...errors.map(({ message, ...place }) => `| ${code(placeOf(place))} | ${escaped(message)} |`),
  ].join('\n');
}

function resourceBlock(resource: ResourceReport): string {
  const { name, result, title, organization } = resource;
  const where = organization ? `, organization ${code(organization.id)}` : '';
  const place = resource.file === undefined ? '' : ` — ${code(placeOf(resource))}`;
  return [
    `### ${code(name)}: ${results[result]}`,
    '',
    `${escaped(title)} (${code(resource.servicePrincipal)})${where}${place}`,
    '',
    ...diffBlock(resource),
    ...resource.actions.flatMap(actionItem),
    ...obstacleItem('🛑 **Stops**', resource.stop),
    ...obstacleItem('⏸️ **Held**', resource.held),
    ...(resource.warnings ?? []).flatMap((warning) => ['', `⚠️ **Warning:** ${escaped(warning)}`]),
    ...resource.unknowns.flatMap((unknown) =>
      obstacleItem(`❔ **Could not be read:** ${escaped(unknown.fact)}`, unknown),
    ),
  ].join('\n');
}

/** A fence longer than any that an account's name may hold. */
const fence = '``````';

function diffBlock({ declared, observed, result, actions }: ResourceReport): string[] {
  if (!observed || result === 'InSync') return [];
  const access =
    observed.access === declared.access
      ? [`  access: ${declared.access}`]
      : [`- access: ${observed.access}`, `+ access: ${declared.access}`];
  const administrators = administratorLines({ declared, observed, actions });
  const lines = administrators.map(({ mark, text }) => `${mark} ${text.replaceAll('```', "'''")}`);
  return [`${fence}diff`, ...access, ...lines, fence, ''];
}

const words = { '+': 'add', '~': 'change', '-': 'remove' } as const satisfies Record<
  ActionReport['mark'],
  string
>;

function actionItem({ mark, text, why, affects }: ActionReport): string[] {
  return [
    `1. **${words[mark]}**: ${escaped(text)}`,
    `   - why: ${escaped(why)}`,
    ...affects.map((each) => `   - affects: ${escaped(each)}`),
  ];
}

function obstacleItem(head: string, obstacle: ObstacleReport | undefined): string[] {
  if (!obstacle) return [];
  const { reason, message, action, passing } = obstacle;
  return [
    '',
    `${head} (${code(reason)}): ${escaped(message)}`,
    ...(action === undefined ? [] : ['', `Missing permission: ${code(action)}`]),
    ...(passing ? ['', 'This failure may be temporary. Run the job again.'] : []),
  ];
}

function quiet({ resources }: Report): string {
  const others = resources.filter((resource) => !isWorthReporting(resource));
  if (others.length === 0) return '';
  return [
    '<details><summary>Nothing to do</summary>',
    '',
    '| resource | service | |',
    '| --- | --- | --- |',
    ...others.map(
      ({ name, servicePrincipal, result }) =>
        `| ${code(name)} | ${code(servicePrincipal)} | ${results[result]} |`,
    ),
    '',
    '</details>',
  ].join('\n');
}
