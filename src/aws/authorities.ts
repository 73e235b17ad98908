import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { failureOf, readable } from './failure.ts';
import type { Environment } from './proxies.ts';

/**
 * AWS_CA_BUNDLE as the AWS CLI knows it, which the SDK for JavaScript does not: authorities to trust besides those of
 * Node.js, NODE_EXTRA_CA_CERTS and the operating system. Undefined when it is not set: then Node.js decides. Throws an
 * Error that names the variable and the file.
 */
export function authoritiesOf(environment: Environment): SecureContext | undefined {
  const bundle = environment['AWS_CA_BUNDLE'];
  if (!bundle) return undefined;
  const given = certificatesIn('AWS_CA_BUNDLE', bundle);
  const known = [...getCACertificates('default'), ...getCACertificates('system')];
  return createSecureContext({ ca: [...new Set([...known, ...given])] });
}

function certificatesIn(variable: string, file: string): readonly string[] {
  const refused = (why: string) =>
    new Error(
      `${variable} cannot be used: ${readable(file)} (${why}). Set ${variable} to a file of certificates in PEM format`,
    );
  const text = read(file, refused);
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw refused('it holds no certificate');
  for (const [index, certificate] of certificates.entries()) {
    if (!isCertificate(certificate)) throw refused(`certificate ${index + 1} is damaged`);
  }
  return certificates;
}

function read(file: string, refused: (why: string) => Error): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, name } = failureOf(error);
    throw refused(code ?? name);
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
