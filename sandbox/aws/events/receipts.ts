import type { Message } from './message.ts';

export interface Receipt {
  readonly messageId: string;
  readonly receiveCount: number;
}

/** Good for one receive of one message of one queue. */
export function receipt(queue: { readonly arn: string }, { id, receiveCount }: Message): string {
  return Buffer.from(`${id} ${receiveCount} ${queue.arn}`).toString('base64url');
}

export function openReceipt(queue: { readonly arn: string }, handle: string): Receipt | undefined {
  const [messageId, receiveCount, arn] = Buffer.from(handle, 'base64url').toString().split(' ');
  if (messageId === undefined || receiveCount === undefined || arn !== queue.arn) return undefined;
  return { messageId, receiveCount: Number(receiveCount) };
}
