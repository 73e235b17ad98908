import { AwsError } from '../awsError.ts';
import type { InputProblem } from '../service.ts';

export function accessDenied(message = "You don't have permissions to access this resource."): AwsError {
  return new AwsError('AccessDeniedException', message);
}

export function notInUse(): AwsError {
  return new AwsError(
    'AWSOrganizationsNotInUseException',
    'Your account is not a member of an organization.',
  );
}

export function constraint(reason: string, message: string): AwsError {
  return new AwsError('ConstraintViolationException', message, { members: { Reason: reason } });
}

export function invalidInput(reason: string, message: string): AwsError {
  return new AwsError('InvalidInputException', message, { members: { Reason: reason } });
}

export function unrecognizedPrincipal(): AwsError {
  return invalidInput('UNRECOGNIZED_SERVICE_PRINCIPAL', 'You specified an unrecognized service principal.');
}

export function accountNotFound(): AwsError {
  return new AwsError(
    'AccountNotFoundException',
    'You specified an account that does not exist in this organization.',
  );
}

export function tooManyRequests(): AwsError {
  return new AwsError(
    'TooManyRequestsException',
    'You have sent too many requests in too short a period of time.',
    {
      members: { Type: 'RATE_EXCEEDED' },
    },
  );
}

const reasons: Readonly<Record<InputProblem['kind'], string>> = {
  Required: 'INPUT_REQUIRED',
  Type: 'INVALID_PATTERN',
  TooShort: 'MIN_LENGTH_EXCEEDED',
  TooLong: 'MAX_LENGTH_EXCEEDED',
  TooSmall: 'MIN_VALUE_EXCEEDED',
  TooLarge: 'MAX_VALUE_EXCEEDED',
  Pattern: 'INVALID_PATTERN',
  Enum: 'INVALID_ENUM',
};

export function invalidMember(problem: InputProblem): AwsError {
  return invalidInput(reasons[problem.kind], problem.message);
}

/** For scripts: what AWS says when two changes of one entity meet. */
export function concurrentModification(): AwsError {
  return new AwsError(
    'ConcurrentModificationException',
    'Your request conflicts with another attempt to modify the same entity. Try again later.',
  );
}

/** For scripts: AWS itself fails. */
export function serviceFailure(): AwsError {
  return new AwsError('ServiceException', 'AWS Organizations cannot complete your request.', { status: 500 });
}
