import { createCloud } from '../../aws/cloud.ts';
import type { DryRunOptions } from '../../controller/assess.ts';
import type { OrganizationTarget } from '../../controller/ports.ts';
import { apiVersion, kind, type TrustedAccess } from '../../crds/trustedAccess.ts';
import { parseTrustedAccess } from '../../crds/validate.ts';
import { parseDocuments } from '../../manifests/documents.ts';
import type { Clock } from '../../time/clock.ts';
import { personLimits } from '../personLimits.ts';
import { inParallel, startProgress } from '../plan/progress.ts';
import { patiently, type Terminal } from '../terminal.ts';
import { userAgent } from '../version.ts';
import { type Found, findOne, findPrincipals, ImportError, whatStops } from './find.ts';
import { type Manifest, manifestOf, type Wanted } from './manifest.ts';
import { resourceNames } from './names.ts';
import { writeManifests } from './writing.ts';

export interface ImportOptions {
  /** Absent: every principal that is enabled. */
  readonly principal: readonly string[];
  /** Absent: standard output. */
  readonly outputDir?: string;
  readonly overwrite: boolean;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly region?: string;
  readonly organizationGuard: boolean;
  /** Declare `[]` where no account is registered. */
  readonly manageAdministrators: boolean;
}

export interface Surroundings {
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** How many principals are looked at at once. AWS is asked no faster than its documented rates for that. */
const width = 8;

/** Writes a manifest for each principal the organization trusts. Rejects with an error for people. */
export async function importManifests(
  options: ImportOptions,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { terminal, clock } = surroundings;
  const target = targetOf(options);
  await checkTarget(target);
  const cloud = createCloud({ clock, random: Math.random, userAgent, limits: personLimits });
  const dryRunOptions: DryRunOptions = { cloud, clock, all: [], notBefore: clock.now() };
  try {
    const observing = findPrincipals(dryRunOptions, target, signal);
    const found = await patiently(surroundings, 'reading the organization', observing);
    const principals = chosen(options.principal, found);
    const manifests = await manifestsOf(principals, { options, found, dryRunOptions, surroundings }, signal);
    for (const { warnings } of manifests) for (const each of warnings) terminal.err(`warning: ${each}`);
    await hand(manifests, options, terminal);
    if (principals.length === 0) {
      terminal.err(`organization ${found.organization.id} trusts no service, so there is nothing to import`);
    }
  } finally {
    cloud.close();
  }
}

function targetOf({ roleArn, externalId, region }: ImportOptions): OrganizationTarget | undefined {
  if (roleArn === undefined && externalId === undefined && region === undefined) return undefined;
  return {
    ...(roleArn !== undefined && { roleArn }),
    ...(externalId !== undefined && { externalId }),
    ...(region !== undefined && { region }),
  };
}

/** Nothing is asked with an option that no manifest could hold. */
async function checkTarget(organization: OrganizationTarget | undefined): Promise<void> {
  const probe = {
    apiVersion,
    kind,
    metadata: { name: 'options' },
    spec: organization ? { organization } : {},
  };
  const parsed = await parseTrustedAccess(probe);
  if (parsed.kind === 'Valid') return;
  throw new ImportError(parsed.problems.map(({ message }) => message).join('; '));
}

function chosen(wanted: readonly string[], { principals, organization }: Found): readonly string[] {
  if (wanted.length === 0) return principals;
  const missing = wanted.filter((principal) => !principals.includes(principal));
  if (missing.length > 0) {
    throw new ImportError(
      `organization ${organization.id} does not trust ${missing.join(', ')}; it trusts ${principals.join(', ') || 'no service'}`,
    );
  }
  return principals.filter((principal) => wanted.includes(principal));
}

interface Work {
  readonly options: ImportOptions;
  readonly found: Found;
  readonly dryRunOptions: DryRunOptions;
  readonly surroundings: Surroundings;
}

async function manifestsOf(
  principals: readonly string[],
  { options, found, dryRunOptions, surroundings }: Work,
  signal: AbortSignal,
): Promise<Manifest[]> {
  // Of all there are, so that a name does not depend on which of them are asked for.
  const names = resourceNames(found.principals);
  const target = targetOf(options);
  const guard = options.organizationGuard && { id: found.organization.id };
  const organization = guard || target ? { ...guard, ...target } : undefined;
  const progress = startProgress(surroundings, 'reading the services', principals.length);
  try {
    return await inParallel(principals, width, async (principal) => {
      const wanted = {
        name: names.get(principal) ?? principal,
        organization,
        manageAdministrators: options.manageAdministrators,
      };
      const manifest = await importOne(principal, wanted, dryRunOptions, target, signal);
      progress.step();
      return manifest;
    });
  } finally {
    progress.end();
  }
}

/** The manifest, with what the operator would stop at, if there is anything. */
async function importOne(
  principal: string,
  wanted: Wanted,
  dryRunOptions: DryRunOptions,
  target: OrganizationTarget | undefined,
  signal: AbortSignal,
): Promise<Manifest> {
  const finding = await findOne(principal, dryRunOptions, target, signal);
  const manifest = manifestOf(finding, wanted);
  const stop = await whatStops(await resourceIn(manifest), dryRunOptions, signal);
  return stop ? manifestOf({ ...finding, stop }, wanted) : manifest;
}

/** Nothing is written that nobody would accept: an option may not be what the schema asks for. */
async function resourceIn({ name, yaml }: Manifest): Promise<TrustedAccess> {
  const [document] = parseDocuments(name, yaml);
  const parsed =
    document?.kind === 'TrustedAccess'
      ? await parseTrustedAccess(document.value)
      : ({ kind: 'Invalid', problems: [] } as const);
  if (parsed.kind === 'Valid') return parsed.resource;
  const problems = parsed.problems.map(({ message }) => message).join('; ');
  throw new ImportError(`${name} cannot be declared: ${problems}`);
}

async function hand(
  manifests: readonly Manifest[],
  { outputDir, overwrite }: ImportOptions,
  { out, err }: Terminal,
): Promise<void> {
  if (manifests.length === 0) return;
  if (outputDir === undefined) {
    out(
      manifests
        .map(({ yaml }) => yaml)
        .join('---\n')
        .trimEnd(),
    );
    return;
  }
  const written = await writeManifests(outputDir, manifests, overwrite);
  for (const path of written) out(path);
  const unchanged = manifests.length - written.length;
  const rest = unchanged > 0 ? `, ${unchanged} already up to date` : '';
  err(
    `${written.length} written${rest}. Check that they change nothing: trusted-access plan -f ${outputDir}`,
  );
}
