import { describe, expect, it } from 'vitest';
import { withSiteLinks } from '../../scripts/site/links.ts';
import { navigationProblems, pagesIn } from '../../scripts/site/navigation.ts';

const surroundings = {
  titles: new Map([
    ['install.md', 'Installing it'],
    ['commands.md', 'The commands'],
    ['commands/run.md', 'trusted-access run'],
  ]),
  repository: 'https://example.com/project/blob/main',
};

describe('a link on the site', () => {
  it.each([
    ['README.md', '[policy](../SECURITY.md)', '[policy](https://example.com/project/blob/main/SECURITY.md)'],
    [
      'install.md',
      '[deploy/helm/README.md](../deploy/helm/README.md#values)',
      '[deploy/helm/README.md](https://example.com/project/blob/main/deploy/helm/README.md#values)',
    ],
    ['commands/run.md', '[all](../commands.md)', '[all](../commands.md)'],
    ['commands/run.md', '[x](../../bin)', '[x](https://example.com/project/blob/main/bin)'],
    ['README.md', '[install.md](install.md)', '[Installing it](install.md)'],
    [
      'README.md',
      '[install.md, the role](install.md#the-role)',
      '[Installing it, the role](install.md#the-role)',
    ],
    ['README.md', '[run](commands/run.md)', '[run](commands/run.md)'],
    ['README.md', '[schema](plan.schema.json)', '[schema](plan.schema.json)'],
    ['README.md', '[below](#cost)', '[below](#cost)'],
    ['README.md', '[AWS](https://aws.amazon.com/../x)', '[AWS](https://aws.amazon.com/../x)'],
    ['README.md', 'typed as `[a](../b)`', 'typed as `[a](../b)`'],
    ['README.md', '```text\n[a](../b)\n```', '```text\n[a](../b)\n```'],
    [
      'README.md',
      '[`a`](../b), [c](../d)',
      '[`a`](https://example.com/project/blob/main/b), [c](https://example.com/project/blob/main/d)',
    ],
  ])('is rewritten on page %s: %s', (page, before, after) => {
    expect(withSiteLinks(before, page, surroundings)).toBe(after);
  });
});

describe('the navigation of the site', () => {
  const navigation = ['README.md', { Start: [{ Install: 'install.md' }, 'commands.md'] }];

  it('is read through all its levels', () => {
    expect(pagesIn(navigation)).toEqual(['README.md', 'install.md', 'commands.md']);
  });

  it('has nothing to complain of when it has each page once', () => {
    expect(navigationProblems(navigation, ['README.md', 'commands.md', 'install.md'])).toEqual([]);
  });

  it('names a page that no reader would come across', () => {
    const problems = navigationProblems(navigation, ['README.md', 'commands.md', 'install.md', 'new.md']);
    expect(problems).toEqual(['docs/new.md is not in the navigation of mkdocs.yml']);
  });

  it('names an entry without a page, and a page that is there twice', () => {
    expect(navigationProblems([...navigation, 'README.md'], ['README.md', 'commands.md'])).toEqual([
      'the navigation of mkdocs.yml has install.md, and there is no docs/install.md',
      'the navigation of mkdocs.yml has README.md twice',
    ]);
  });
});
