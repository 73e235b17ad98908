import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CloudError } from '../../src/controller/ports.ts';
import { createLogger, type LoggerOptions } from '../../src/telemetry/logger.ts';
import { logRecorder } from '../../src/telemetry/logRecorder.ts';

async function logging(options: Partial<Omit<LoggerOptions, 'to'>> & { readonly terminal?: boolean } = {}) {
  const to = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: options.terminal ?? false });
  const log = await createLogger({ level: 'info', format: 'auto', ...options, to });
  const text = () => String(to.read() ?? '');
  return { log, text, line: () => JSON.parse(text()) };
}

describe('a log line', () => {
  it('is JSON with an ISO time, the level in a word, and the facts as fields', async () => {
    const { log, line } = await logging();
    log.info({ name: 'sso' }, 'drift corrected');
    expect(line()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      name: 'sso',
      msg: 'drift corrected',
    });
  });

  it('below the level is not written', async () => {
    const { log, text } = await logging({ level: 'warn' });
    log.info('quiet');
    log.warn('loud');
    expect(text()).toMatch(/^\{[^\n]*"msg":"loud"\}\n$/);
  });

  it('is for people on a terminal, in color', async () => {
    const { log, text } = await logging({ terminal: true });
    log.warn({ reason: 'InUse' }, 'stalled');
    const said = text();
    expect(said).toContain('WARN');
    expect(said).toContain('stalled');
    expect(said).toContain('\u001b[');
  });

  it.each([
    ['without colour where NO_COLOR is set', { terminal: true, noColor: '1' }],
    ['without colour when it is asked for in a pipe', { format: 'pretty' as const }],
  ])('is for people %s', async (_, options) => {
    const { log, text } = await logging(options);
    log.warn('stalled');
    const said = text();
    expect(said).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: stalled\n$/);
  });

  it('is JSON on a terminal when that is asked for', async () => {
    const { log, line } = await logging({ terminal: true, format: 'json' });
    log.info('x');
    expect(line()).toMatchObject({ msg: 'x' });
  });
});

describe('a secret', () => {
  const secret = 'wJalrXUtnFEMI';

  it.each([
    ['at the top', { secretAccessKey: secret, sessionToken: secret }],
    ['in an object', { request: { headers: { authorization: secret } } }],
    ['deeper', { a: { b: { credentials: { c: secret } } } }],
    ['as an external id', { spec: { organization: { externalId: secret } } }],
    ['in a message body', { message: { Body: secret } }],
    [
      'in what an error carries',
      { err: Object.assign(new Error('x'), { $response: { body: secret }, body: secret }) },
    ],
    [
      'in the cause of an error',
      { err: new Error('x', { cause: Object.assign(new Error('y'), { headers: secret }) }) },
    ],
    [
      'in a canonical request AWS quotes',
      { err: new Error(`should have been\nx-amz-security-token:${secret}\nhost`) },
    ],
    ['in a bearer token', { err: new Error(`refused Bearer ${secret}`) }],
  ])('%s does not reach the log', async (_, fields) => {
    const { log, text } = await logging();
    log.error(fields, 'failed');
    const said = text();
    expect(said).toContain('"msg":"failed"');
    expect(said).not.toContain(secret);
  });
});

describe('an error', () => {
  it('is reported with its kind, its reason and its causes', async () => {
    const { log, line } = await logging();
    const cause = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const err = new CloudError('denied', 'AccessDenied', 'organizations:DescribeOrganization', 'no', {
      cause,
    });
    log.error({ err }, 'failed');
    expect(line().err).toMatchObject({
      type: 'CloudError',
      message: 'no',
      kind: 'denied',
      reason: 'AccessDenied',
      action: 'organizations:DescribeOrganization',
      stack: expect.stringContaining('CloudError'),
      cause: { type: 'Error', message: 'socket hang up', code: 'ECONNRESET' },
    });
  });

  it('cannot control the terminal by control sequences that it quotes', async () => {
    const { log, line } = await logging();
    log.error({ err: new Error('a\u001b[2Jb') }, 'failed');
    expect(line().err.message).toBe('a [2Jb');
  });
});

describe('an announcement', () => {
  it('is one line that names the resource, the service and the organization', async () => {
    const { log, line } = await logging();
    logRecorder(log).emit({
      kind: 'ReplacementRolledBack',
      from: '222222222222',
      to: '333333333333',
      message: 'the account is suspended',
      at: 0,
      resource: { name: 'sso', uid: 'u', principal: 'sso.amazonaws.com' },
      organization: { id: 'o-exampleorgid', managementAccountId: '111111111111' },
    });
    expect(line()).toMatchObject({
      level: 'warn',
      name: 'sso',
      principal: 'sso.amazonaws.com',
      organization: 'o-exampleorgid',
      from: '222222222222',
      to: '333333333333',
      msg: 'replacement rolled back: the account is suspended',
    });
  });
});
