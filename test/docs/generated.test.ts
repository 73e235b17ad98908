import { describe, expect, it } from 'vitest';
import { documentsMade } from '../../scripts/docs.ts';
import { read } from './documents.ts';

const made = await documentsMade();

describe('what documents say of fields, commands, metrics, events and requests', () => {
  it.each([...made.keys()])('%s is as the code has it (make generate writes it)', (path) => {
    expect(read(path)).toBe(made.get(path));
  });
});
