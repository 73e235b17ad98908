export interface SetupOptions {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly remove: boolean;
  readonly json: boolean;
  readonly region?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly ruleName?: string;
  readonly queueName?: string;
  readonly identityCenterRegion?: string;
  readonly tag: Readonly<Record<string, string>>;
}

export type Choice = 'Apply' | 'DryRun' | 'Declined' | 'NotInteractive';
