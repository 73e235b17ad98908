import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { failureOf, readable } from '../awsApi/failure.ts';
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

/** Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrustedCodes = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Words about a certificate that is not trusted, with the remedy. Undefined when the code means something else. */
export function untrusted(
  what: string,
  code: string | undefined,
  environment: Environment = process.env,
): string | undefined {
  if (code === undefined || !untrustedCodes.has(code)) return undefined;
  return `the certificate of ${what} comes from an unknown authority (${code}). ${remedyOf(environment)}`;
}

function remedyOf(environment: Environment): string {
  const extra = environment['NODE_EXTRA_CA_CERTS'];
  try {
    // Node.js goes on without a file that it cannot use.
    if (extra) certificatesIn('NODE_EXTRA_CA_CERTS', extra);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return 'If a proxy signs its own certificates, set AWS_CA_BUNDLE to the file of its authority';
}

function certificatesIn(variable: string, file: string): readonly string[] {
  const refused = (why: string) =>
    new Error(
      `${variable} names ${readable(file)}, ${why}. Set it to a file of PEM certificates, or unset it.`,
    );
  const text = read(file, refused);
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw refused('which holds no PEM certificate');
  for (const [index, certificate] of certificates.entries()) {
    if (!isCertificate(certificate)) throw refused(`whose certificate ${index + 1} cannot be read`);
  }
  return certificates;
}

function read(file: string, refused: (why: string) => Error): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, name } = failureOf(error);
    throw refused(code === 'ENOENT' ? 'which does not exist' : `which cannot be read (${code ?? name})`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
