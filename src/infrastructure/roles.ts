import type { Role } from '@aws-sdk/client-iam';
import { awsFault } from '../awsApi/awsFault.ts';
import type { SettingsFor } from '../awsApi/clientSettings.ts';
import { settingsOf } from '../awsApi/clientSettings.ts';
import { infrastructureCaller } from './call.ts';
import type { RoleApi, WantedRole } from './forwarding.ts';
import { InfrastructureError } from './infrastructure.ts';

const description =
  'Sends events of IAM Identity Center to the Organizations Region, for trusted-access-operator';

/** IAM for set-up. `region`: any of the partition. */
export function infrastructureRoles(region: string, settingsFor: SettingsFor): RoleApi {
  const call = caller(region, settingsFor);
  const putPolicy = ({ name, policyName, policy }: WantedRole, signal: AbortSignal) =>
    call('PutRolePolicy', signal, async (sdk, client, options) => {
      const input = { RoleName: name, PolicyName: policyName, PolicyDocument: policy };
      await client.send(new sdk.PutRolePolicyCommand(input), options);
    });
  return {
    async role(RoleName, PolicyName, signal) {
      const role = await unlessMissing(
        call('GetRole', signal, async (sdk, client, options) => {
          return (await client.send(new sdk.GetRoleCommand({ RoleName }), options)).Role;
        }),
      );
      if (role === undefined) return undefined;
      const policy = await unlessMissing(
        call('GetRolePolicy', signal, async (sdk, client, options) => {
          const input = { RoleName, PolicyName };
          return (await client.send(new sdk.GetRolePolicyCommand(input), options)).PolicyDocument;
        }),
      );
      return { tags: tagsOf(role), trust: decoded(role.AssumeRolePolicyDocument), policy: decoded(policy) };
    },
    async createRole(role, tags, signal) {
      await call('CreateRole', signal, async (sdk, client, options) => {
        const command = new sdk.CreateRoleCommand({
          RoleName: role.name,
          AssumeRolePolicyDocument: role.trust,
          Description: description,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        });
        await client.send(command, options);
      });
      await putPolicy(role, signal);
    },
    async setRole(role, signal) {
      await call('UpdateAssumeRolePolicy', signal, async (sdk, client, options) => {
        const input = { RoleName: role.name, PolicyDocument: role.trust };
        await client.send(new sdk.UpdateAssumeRolePolicyCommand(input), options);
      });
      await putPolicy(role, signal);
    },
    async deleteRole({ name, policyName }, signal) {
      await unlessMissing(
        call('DeleteRolePolicy', signal, async (sdk, client, options) => {
          const input = { RoleName: name, PolicyName: policyName };
          await client.send(new sdk.DeleteRolePolicyCommand(input), options);
        }),
      );
      await call('DeleteRole', signal, async (sdk, client, options) => {
        await client.send(new sdk.DeleteRoleCommand({ RoleName: name }), options);
      });
    },
  };
}

function caller(region: string, settingsFor: SettingsFor) {
  return infrastructureCaller('iam', async () => {
    const sdk = await import('@aws-sdk/client-iam');
    const settings = settingsOf('IAM', await settingsFor(undefined, region));
    return { sdk, client: new sdk.IAMClient(settings) };
  });
}

/** Undefined when AWS has no such entity. */
async function unlessMissing<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    const code = error instanceof InfrastructureError ? awsFault(error.cause).code : undefined;
    if (code === 'NoSuchEntityException' || code === 'NoSuchEntity') return undefined;
    throw error;
  }
}

function tagsOf({ Tags = [] }: Role): Readonly<Record<string, string>> {
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** IAM gives policies in URL encoding. */
function decoded(policy: string | undefined): string | undefined {
  return policy === undefined ? undefined : decodeURIComponent(policy);
}
