export { settle, type VirtualClock, virtualClock } from '../harness/virtualClock.ts';
