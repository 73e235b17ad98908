/**
 * From `npm sbom` of everything to what is in the bundle: `npm sbom --omit=dev` leaves out a package that a development
 * package wants too. CycloneDX on standard input and output.
 */
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const component = z.looseObject({
  'bom-ref': z.string(),
  properties: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});
const bill = z.looseObject({
  components: z.array(component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});

const { components, dependencies, ...rest } = bill.parse(JSON.parse(await text(process.stdin)));
const isDevelopment = ({ properties }: z.infer<typeof component>): boolean =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
const dropped = new Set(components.filter(isDevelopment).map((each) => each['bom-ref']));
const shipped = {
  ...rest,
  components: components.filter((each) => !dropped.has(each['bom-ref'])),
  dependencies: dependencies
    .filter(({ ref }) => !dropped.has(ref))
    .map((each) => ({ ...each, dependsOn: each.dependsOn.filter((ref) => !dropped.has(ref)) })),
};
process.stdout.write(`${JSON.stringify(shipped)}\n`);
