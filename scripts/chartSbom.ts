/** `chartSbom.ts VERSION IMAGE DIGEST`: prints the parts of the chart, which are the one image it runs, as CycloneDX. */
const [version, image, digest] = process.argv.slice(2);
if (!version || !image || !/^sha256:[0-9a-f]{64}$/.test(digest ?? '')) {
  throw new Error('usage: chartSbom.ts VERSION IMAGE sha256:DIGEST');
}
const name = 'trusted-access-operator';
const chart = `pkg:helm/${name}@${version}`;
// https://github.com/package-url/purl-spec: of an OCI image the version is the digest, and the name is the last part.
const container = `pkg:oci/${name}@${digest?.replace(':', '%3A')}?repository_url=${image}&tag=${version}`;
const bill = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: { type: 'application', 'bom-ref': chart, name, version, purl: chart } },
  components: [
    {
      type: 'container',
      'bom-ref': container,
      name: image,
      version: digest,
      purl: container,
      hashes: [{ alg: 'SHA-256', content: digest?.slice('sha256:'.length) }],
    },
  ],
  dependencies: [{ ref: chart, dependsOn: [container] }],
};
process.stdout.write(`${JSON.stringify(bill)}\n`);
