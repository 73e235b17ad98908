export interface EntryFailure {
  readonly code: string;
  readonly message: string;
}

/** How EventBridge behaves today; may be changed while it runs. */
export interface BusSettings {
  /** Asked for every entry of PutEvents. */
  eventFault?: ((entry: { source: string; detailType: string }) => EntryFailure | undefined) | undefined;
  /** Asked for every target of PutTargets and RemoveTargets. */
  targetFault?:
    | ((entry: {
        operation: 'PutTargets' | 'RemoveTargets';
        rule: string;
        target: string;
      }) => EntryFailure | undefined)
    | undefined;
}
