import { AccountClient } from '@aws-sdk/client-account';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { STSClient } from '@aws-sdk/client-sts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Real SDK clients for one identity at one address. They never retry: each request is one observation. */
export interface Clients {
  readonly organizations: OrganizationsClient;
  readonly sts: STSClient;
  readonly account: AccountClient;
  readonly iam: IAMClient;
  readonly identityCenter: SSOAdminClient;
}

export const clientsFor = (endpoint: string, credentials: Keys, region = 'us-east-1'): Clients => {
  const options = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    organizations: new OrganizationsClient(options),
    sts: new STSClient(options),
    account: new AccountClient(options),
    iam: new IAMClient(options),
    identityCenter: new SSOAdminClient(options),
  };
};
