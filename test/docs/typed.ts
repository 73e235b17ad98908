/** Which of the commands that the documentation tells people to type are typed by a test, and why others are not. */

/** By test/cluster/docs.test.ts, each line on its own: an operator at work on a cluster and on the simulated AWS. */
export const typedOnACluster = [
  'docs/resource.md',
  'docs/events.md',
  'docs/operations.md',
  'docs/how-it-works.md',
];

/** By test/deploy/newcomer.test.ts, in the order of the page, with the output that a page shows. */
export const typedByANewcomer = ['docs/install.md', 'docs/upgrade.md', 'docs/uninstall.md'];

/** Commands that need an AWS account, a real kubelet or a published image. */
export const notHere = /^(aws |trusted-access setup|kubectl exec |cosign |gh )/;
/** Other ways to the same end, which a reader takes instead of the chart, or only when something went wrong. */
export const anotherWay = /kubectl apply -k |"finalizers":null|^helm rollback/;

/** By test/docs/typed.test.ts, with the output that a page shows. */
export const typedAtADesk = ['docs/migrate.md', 'docs/pull-requests.md'];
