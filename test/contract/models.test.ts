import { describe, expect, it } from 'vitest';
import { createSimulatedAws } from '../../sandbox/aws/simulatedAws.ts';
import { checkInput } from './inputChecker.ts';
import { checkError, checkResponse } from './modelChecker.ts';
import { serviceModel } from './serviceModel.ts';

const { world } = createSimulatedAws();

/** The Query protocol flattens lists into members of their own, so a list is never there as one. */
const flattened = new Set(['SimulatePrincipalPolicy.ActionNames: required by the model']);

describe('the simulated AWS bounds its input as the models of AWS do', () => {
  for (const service of world.services.values()) {
    it(service.name, async () => {
      const model = await serviceModel(service.name);
      const complaints = [...service.operations].flatMap(([name, operation]) =>
        checkInput(model, name, operation),
      );
      expect(complaints.filter((complaint) => !flattened.has(complaint))).toEqual([]);
    });
  }
});

describe('the model checker finds', () => {
  const account = { Id: '111111111111', State: 'ACTIVE', JoinedTimestamp: new Date(0) };
  const response = (output: Parameters<typeof checkResponse>[2], operation = 'DescribeAccount') =>
    serviceModel('organizations').then((model) => checkResponse(model, operation, output));
  const error = (code: string, members = {}, operation = 'EnableAWSServiceAccess') =>
    serviceModel('organizations').then((model) => checkError(model, operation, { code, members }));

  it('no fault in an answer that the model allows', async () => {
    expect(await response({ Account: account })).toEqual([]);
    expect(await response({}, 'EnableAWSServiceAccess')).toEqual([]);
    expect(await error('InvalidInputException', { Reason: 'UNRECOGNIZED_SERVICE_PRINCIPAL' })).toEqual([]);
  });
  it.each([
    ['a member that AWS does not have', { Account: { ...account, Nickname: 'a' } }],
    ['a word that is not in the enumeration', { Account: { ...account, State: 'SLEEPING' } }],
    ['an id of the wrong form', { Account: { ...account, Id: '12' } }],
    ['a time that is text', { Account: { ...account, JoinedTimestamp: 'now' } }],
    ['a structure that is a list', { Account: [account] }],
  ])('%s', async (_, output) => {
    expect(await response(output)).toHaveLength(1);
  });
  it('an answer where there is none', async () => {
    expect(await response({ Account: account }, 'EnableAWSServiceAccess')).toHaveLength(1);
  });
  it('a required member that is missing', async () => {
    const model = await serviceModel('sts');
    const complaints = checkResponse(model, 'AssumeRole', {
      Credentials: { AccessKeyId: 'ASIA000000000000' },
    });
    expect(complaints).toHaveLength(3);
  });
  it('an error that the operation does not raise, and a reason that AWS does not have', async () => {
    expect(await error('AccountNotRegisteredException')).toHaveLength(1);
    expect(await error('InvalidInputException', { Reason: 'BAD_MOOD' })).toHaveLength(1);
  });
});
