/** What the chart makes, for people without Helm. */
import { parseAllDocuments, stringify } from 'yaml';

const head = `# Made from the chart in deploy/helm by make generate: change that instead.\n`;

export const namespace = 'trusted-access-system';

const namespaceManifest = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: namespace,
    labels: {
      'app.kubernetes.io/name': 'trusted-access-operator',
      'pod-security.kubernetes.io/enforce': 'restricted',
    },
  },
};

type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const ofHelm = (key: string, value: unknown): boolean =>
  key.startsWith('helm.sh/') || (key === 'app.kubernetes.io/managed-by' && value === 'Helm');

/** Without the labels and annotations by which Helm knows its own. */
function withoutHelm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHelm);
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !ofHelm(key, inner))
      .map(([key, inner]) => [key, withoutHelm(inner)]),
  );
}

/** `rendered`: what `helm template` printed. */
export function plainManifests(rendered: string): string {
  const objects = parseAllDocuments(rendered)
    .map((document): unknown => document.toJSON())
    .filter(isPlain)
    .map(withoutHelm);
  return (
    head + [namespaceManifest, ...objects].map((each) => stringify(each, { lineWidth: 0 })).join('---\n')
  );
}
