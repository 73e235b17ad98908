/**
 * For commands that a person waits for: the program behind `credential_process` may have to ask that person first. The
 * AWS SDK for Go gives it as long.
 */
export const personLimits = { credentialMilliseconds: 60_000 };
