import { AwsError } from './awsError.ts';
import type { InputProblem } from './service.ts';

/** How the services of the query protocol refuse by policy. */
export function queryDenied(message: string): AwsError {
  return new AwsError('AccessDenied', message, { status: 403 });
}

export function queryInvalid(problem: InputProblem): AwsError {
  return new AwsError('ValidationError', `1 validation error detected: ${problem.message}`);
}
