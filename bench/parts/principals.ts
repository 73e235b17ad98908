/** Names of services that the simulated AWS of the measures knows beside the real ones. */
export function principals(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `bench-${String(index).padStart(3, '0')}.amazonaws.com`);
}
