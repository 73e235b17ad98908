import type { Cloud, Organizations, RequestId } from '../controller/ports.ts';
import type { AcceptedWrite } from '../events/expectations.ts';

/** The same cloud, which reports each write that AWS accepted. AWS records an event for each of them. */
export function reportingWrites(cloud: Cloud, report: (write: AcceptedWrite) => void): Cloud {
  return {
    open(target) {
      const inner = cloud.open(target);
      let account = target?.roleArn?.split(':')[4];
      const reported = async (operation: string, write: Promise<RequestId | undefined>) => {
        const requestId = await write;
        // The management account alone may write, so it is the account of the credentials.
        if (requestId !== undefined && account !== undefined)
          report({ requestId, operation, managementAccountId: account });
        return requestId;
      };
      return {
        ...inner,
        async callerAccount(read) {
          account = await inner.callerAccount(read);
          return account;
        },
        enableAccess: (principal, signal) =>
          reported('EnableAWSServiceAccess', inner.enableAccess(principal, signal)),
        disableAccess: (principal, signal) =>
          reported('DisableAWSServiceAccess', inner.disableAccess(principal, signal)),
        registerAdministrator: (principal, accountId, signal) =>
          reported(
            'RegisterDelegatedAdministrator',
            inner.registerAdministrator(principal, accountId, signal),
          ),
        deregisterAdministrator: (principal, accountId, signal) =>
          reported(
            'DeregisterDelegatedAdministrator',
            inner.deregisterAdministrator(principal, accountId, signal),
          ),
      } satisfies Organizations;
    },
  };
}
