import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './program.ts';

/** An authority that no machine trusts, and one certificate of its own for all names that a test wants. */
export interface Certificates extends AsyncDisposable {
  /** Of the authority, in PEM format. */
  readonly authorityFile: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

async function openssl(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram('openssl', args);
  if (code !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
}

/** `names` as OpenSSL has them: `DNS:*.amazonaws.com`, `IP:127.0.0.1`. */
export async function makeCertificates(names: readonly string[]): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'trusted-access-certificates-'));
  const file = (name: string) => join(folder, name);
  const keyKind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const authority = ['-keyout', file('authority.key'), '-out', file('authority.pem')];
  await openssl(['req', '-x509', ...keyKind, ...authority, '-subj', '/CN=Proxy authority of a test']);
  await openssl([
    ...['req', '-new', ...keyKind, '-keyout', file('key.pem'), '-out', file('request.pem')],
    ...['-subj', '/CN=proxy'],
  ]);
  await writeFile(file('extensions'), `subjectAltName=${names.join(',')}\n`);
  await openssl([
    ...['x509', '-req', '-in', file('request.pem'), '-days', '2', '-out', file('certificate.pem')],
    ...['-CA', file('authority.pem'), '-CAkey', file('authority.key'), '-CAcreateserial'],
    ...['-extfile', file('extensions')],
  ]);
  const read = (name: string) => readFile(file(name), 'utf8');
  return {
    authorityFile: file('authority.pem'),
    authority: await read('authority.pem'),
    certificate: await read('certificate.pem'),
    key: await read('key.pem'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
