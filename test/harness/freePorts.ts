import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below what Linux, macOS and the BSDs hand out by themselves: no outgoing connection and no listener on port 0 can take
 * one of these between its choice and its use.
 * Source: net.ipv4.ip_local_port_range of Linux begins at 32768, net.inet.ip.portrange.first of macOS at 49152.
 */
const lowest = 12_000;
/** Each process takes its ports from a part of its own: worker processes have neighbouring ids. */
const portsOfOneProcess = 200;
const parts = 100;

let next = 0;

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  if (!(await listening)) return false;
  await once(server.close(), 'close');
  return true;
}

/** A port of 127.0.0.1 that nothing listens on, and that this process has not returned before. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < portsOfOneProcess; tried += 1) {
    const port = lowest + (process.pid % parts) * portsOfOneProcess + (next++ % portsOfOneProcess);
    if (await canListen(port)) return port;
  }
  throw new Error(`all ${portsOfOneProcess} ports of process ${process.pid} are taken`);
}
