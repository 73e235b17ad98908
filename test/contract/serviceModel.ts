import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { toolPath } from '../harness/program.ts';

const member = z.object({ shape: z.string(), locationName: z.string().optional() });
const shape = z.object({
  type: z.string(),
  members: z.record(z.string(), member).optional(),
  required: z.array(z.string()).optional(),
  member: member.optional(),
  key: member.optional(),
  value: member.optional(),
  enum: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  pattern: z.string().optional(),
  error: z.object({ code: z.string().optional() }).optional(),
});
const operation = z.object({
  input: z.object({ shape: z.string() }).optional(),
  output: z.object({ shape: z.string() }).optional(),
  errors: z.array(z.object({ shape: z.string() })).optional(),
});
const model = z.object({
  metadata: z.object({ serviceId: z.string() }),
  operations: z.record(z.string(), operation),
  shapes: z.record(z.string(), shape),
});

export type ServiceModel = z.infer<typeof model>;
export type Shape = z.infer<typeof shape>;

/** Where botocore keeps the model of a service, by the service's signing name where the two differ. */
const folders: Readonly<Record<string, string>> = { sso: 'sso-admin' };

const loaded = new Map<string, Promise<ServiceModel>>();

/** AWS's own model of a service, as it comes with botocore beside moto. `service` is the signing name. */
export const serviceModel = (service: string): Promise<ServiceModel> => {
  const known = loaded.get(service) ?? load(folders[service] ?? service);
  loaded.set(service, known);
  return known;
};

const load = async (folder: string): Promise<ServiceModel> => {
  const lib = join(dirname(await toolPath('moto')), '..', 'lib');
  const python = (await readdir(lib)).find((name) => name.startsWith('python3'));
  if (python === undefined) throw new Error(`no Python library in ${lib}`);
  const versions = join(lib, python, 'site-packages', 'botocore', 'data', folder);
  const version = (await readdir(versions)).sort().at(-1) ?? '';
  const packed = await readFile(join(versions, version, 'service-2.json.gz'));
  return model.parse(JSON.parse(gunzipSync(packed).toString('utf8')));
};
