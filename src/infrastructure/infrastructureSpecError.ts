/** A name or a Region that AWS would refuse; one sentence for people. */
export class InfrastructureSpecError extends Error {
  override readonly name = 'InfrastructureSpecError';
}
