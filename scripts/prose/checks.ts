/** What the prose linter reads, and what it finds there. */
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { isChecked } from './exceptions.ts';
import { messages } from './messages.ts';
import { titles } from './titles.ts';
import { type Finding, grade, lintDocuments, lintTexts } from './vale.ts';

const root = resolve(import.meta.dirname, '../..');

/** The pages whose grade is limited. */
export const gradedPages: readonly string[] = [
  'README.md',
  'docs/install.md',
  'docs/operations.md',
  'docs/events.md',
  'docs/how-it-works.md',
];

export const highestGrade = 9;

const documentPaths = (): readonly string[] =>
  globSync(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/**/*.md'], { cwd: root }).sort();

/** The titles of groups and of tests, each as a paragraph of its own. */
const titleParts = () => titles().map((title) => ({ ...title, text: title.text.replaceAll(' > ', '\n\n') }));

/** Findings in documents, texts of the program and titles of tests, without those in the exceptions. */
export async function findings(vale: string): Promise<readonly Finding[]> {
  const [documents, texts] = await Promise.all([
    lintDocuments(vale, documentPaths()),
    lintTexts(vale, [...messages(), ...titleParts()]),
  ]);
  return [...documents, ...texts].filter(isChecked);
}

/** The grade of each page that has a limit. */
export const grades = (vale: string): Promise<readonly (readonly [path: string, grade: number])[]> =>
  Promise.all(gradedPages.map(async (path) => [path, await grade(vale, path)] as const));
