import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, plainLines, plainText } from '../../src/text/plainText.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 400 });

describe('Text from outside', () => {
  it('becomes one line with a space where unseen characters stood', () => {
    expect(oneLine(' a\u202eb\n\tc\u0000\u2028d\u200b\ud800 ')).toBe('a b c d');
    expect(plainText('adm\u200bin', 20)).toBe('adm in');
  });

  it('never exceeds its maximum, and contains no unseen character', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 100 }), (text, maximum) => {
        const plain = plainText(text, maximum);
        expect(plain.length).toBeLessThanOrEqual(maximum);
        expect(plain).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(plain).toBe(plain.trim());
      }),
    );
  });

  it('is cut between two characters, by bytes where bytes count', () => {
    const long = plainText('ü€😀'.repeat(400), 1_024, Buffer.byteLength);
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(1_024);
    expect(Buffer.byteLength(long)).toBeGreaterThan(1_018);
    expect(long.isWellFormed()).toBe(true);
    expect(long.endsWith('…')).toBe(true);
    expect(plainText('𝒜'.repeat(50), 20)).toBe(`${'𝒜'.repeat(9)}…`);
  });

  it('keeps line feeds and tabs in a stack trace, and nothing else that is unseen', () => {
    expect(plainLines('Error: a\u202e\n\tat b\u0007\r\n', 100)).toBe('Error: a \n\tat b  \n');
    expect(plainLines('x'.repeat(10), 4)).toBe('xxxx…');
  });
});
