import { describe, expect, it } from 'vitest';
import { findings, grades, highestGrade } from '../../scripts/prose/checks.ts';
import { exceptions } from '../../scripts/prose/exceptions.ts';
import { lintTexts } from '../../scripts/prose/vale.ts';
import { provision } from '../tools/provision.ts';

const vale = await provision('vale', () => {});
const rulesFor = async (text: string) =>
  (await lintTexts(vale, [{ path: 'a.ts', line: 7, text }])).map(({ line, rule }) => `${line} ${rule}`);

describe('the prose linter', () => {
  it('finds nothing in the documents, the texts of the program and the titles of tests', async () => {
    expect(await findings(vale)).toEqual([]);
  });

  it('grades README, install, operations, events and how-it-works at nine or lower', async () => {
    const difficult = (await grades(vale)).filter(([, grade]) => grade > highestGrade);
    expect(difficult).toEqual([]);
  });

  it('has at most twenty exceptions', () => expect(exceptions.length).toBeLessThanOrEqual(20));
});

describe('the prose linter reports', () => {
  it.each([
    ['a pronoun that hides the actor', 'Somebody changed the administrator.', 'Pronouns'],
    ['a retired word', 'The operator heard of the change.', 'Retired'],
    ['a wrong spelling of a term', 'The event comes from Cloudtrail.', 'Terms'],
    ['a sentence of 26 words', `The operator ${'reads '.repeat(23)}it.`, 'SentenceLength'],
  ])('%s, at its line in the source', async (_, text, rule) => {
    expect(await rulesFor(text)).toEqual([`7 ${rule}`]);
  });

  it('no finding for a plain sentence of 25 words', async () => {
    expect(await rulesFor(`The operator ${'reads '.repeat(22)}it.`)).toEqual([]);
  });
});
