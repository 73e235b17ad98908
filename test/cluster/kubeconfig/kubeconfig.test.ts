import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharedCluster } from '../../harness/shared.ts';
import { config, execOf, type Given, kubectlSees, place, plugin, runsIn, weSee } from './compare.ts';
import { connectProxy, type ProxyServer, socksProxy } from './proxies.ts';

const cluster = sharedCluster();
const { adminToken } = cluster;
const isAdmin = { user: 'admin' };

/** Both reach the API server as the same user. */
const alike: readonly (readonly [string, Given])[] = [
  ['a token', { files: { config: config() } }],
  [
    'an absolute tokenFile with a newline at its end',
    { files: { config: config({ user: { tokenFile: '$FOLDER/token' } }), token: `${adminToken}\n` } },
  ],
  [
    'a tokenFile relative to the kubeconfig',
    {
      kubeconfig: ['sub/config'],
      files: { 'sub/config': config({ user: { tokenFile: '../token' } }), token: adminToken },
    },
  ],
  [
    'a tokenFile beside a token that is wrong',
    { files: { config: config({ user: { token: 'wrong', tokenFile: 'token' } }), token: adminToken } },
  ],
  [
    'a certificate-authority relative to the kubeconfig',
    {
      files: {
        config: config({
          cluster: { 'certificate-authority-data': undefined, 'certificate-authority': 'ca.crt' },
        }),
        'ca.crt': cluster.certificateAuthority,
      },
    },
  ],
  [
    'an exec command relative to the kubeconfig',
    { files: { config: config({ user: execOf('./plugin') }), plugin: plugin() } },
  ],
  [
    'an exec command in a folder beside the kubeconfig',
    {
      kubeconfig: ['sub/config'],
      files: { 'sub/config': config({ user: execOf('../bin/plugin') }), 'bin/plugin': plugin() },
    },
  ],
  [
    'an exec plug-in whose user is to be asked if there is a terminal',
    {
      files: {
        config: config({ user: execOf('./plugin', { interactiveMode: 'IfAvailable' }) }),
        plugin: plugin(),
      },
    },
  ],
  [
    'a missing file in KUBECONFIG before and after the one that is there',
    { kubeconfig: ['absent', 'config', 'gone'], files: { config: config() } },
  ],
  [
    'context, cluster and user in three files of KUBECONFIG',
    {
      kubeconfig: ['contexts', 'clusters', 'users'],
      files: {
        contexts: config({ clusters: [], users: [] }),
        clusters: config({ 'current-context': '', contexts: [], users: [] }),
        users: config({ 'current-context': '', contexts: [], clusters: null }),
      },
    },
  ],
  [
    'a name that two files of KUBECONFIG have: the first one decides',
    {
      kubeconfig: ['config', 'second'],
      files: { config: config(), second: config({ user: { token: 'wrong' } }) },
    },
  ],
  [
    'an empty file in KUBECONFIG',
    { kubeconfig: ['empty', 'config'], files: { empty: '', config: config() } },
  ],
  [
    'a context given by hand where there is no current-context',
    { context: 'here', files: { config: config({ 'current-context': undefined }) } },
  ],
  [
    'a tls-server-name that the certificate has',
    { files: { config: config({ cluster: { 'tls-server-name': 'kubernetes.default.svc' } }) } },
  ],
  [
    'insecure-skip-tls-verify without an authority',
    {
      files: {
        config: config({
          cluster: { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true },
        }),
      },
    },
  ],
];

describe('a kubeconfig means what it means to kubectl', () => {
  it.each(alike)('%s: both reach the API server as the same user', async (_, given) => {
    const folder = await place(given.files);
    expect(await kubectlSees(folder, given)).toEqual(isAdmin);
    expect(await weSee(folder, given)).toEqual(isAdmin);
  });

  it('an impersonated user with groups: both are that user to the API server', async () => {
    const given = {
      files: {
        config: config({
          user: { token: adminToken, as: 'jane', 'as-groups': ['system:authenticated', 'team'] },
        }),
      },
    };
    const folder = await place(given.files);
    expect(await kubectlSees(folder, given)).toEqual({ user: 'jane' });
    expect(await weSee(folder, given)).toEqual({ user: 'jane' });
  });
});

/** Neither reaches it; ours says why in words that name the cause. */
const refused: readonly (readonly [string, Given, kubectl: RegExp, ours: RegExp])[] = [
  [
    'a tls-server-name that the certificate has not',
    { files: { config: config({ cluster: { 'tls-server-name': 'wrong.example' } }) } },
    /not wrong\.example/,
    /wrong\.example/,
  ],
  [
    'an authority that did not sign the certificate',
    { files: { config: config({ cluster: { 'certificate-authority-data': undefined } }) } },
    /certificate/,
    /certificate/,
  ],
  [
    'a context without a user',
    { files: { config: config({ contexts: [{ name: 'here', context: { cluster: 'here' } }] }) } },
    /EOF/,
    /system:anonymous|401 Unauthorized/,
  ],
  [
    'no current-context',
    { files: { config: config({ 'current-context': '' }) } },
    /localhost:8080|no context/,
    /kubeconfig \S+config has no current-context\. Set --context, .* with one of: here$/,
  ],
  [
    'a current-context that does not exist',
    { files: { config: config({ 'current-context': 'there' }) } },
    /there/,
    /kubeconfig: no context there; there are: here/,
  ],
  [
    'a cluster that does not exist',
    { files: { config: config({ clusters: [] }) } },
    /./,
    /kubeconfig: context here names the cluster here, which does not exist/,
  ],
  [
    'a user that does not exist',
    { files: { config: config({ users: [] }) } },
    /./,
    /kubeconfig: context here names the user me, which does not exist/,
  ],
  [
    'a KUBECONFIG whose only file is not there',
    { kubeconfig: ['absent'], files: {} },
    /localhost:8080|no configuration/,
    /no cluster: KUBECONFIG names \S+absent, and there is no such file\. Set KUBECONFIG or --kubeconfig/,
  ],
  [
    'a file that is no YAML',
    { files: { config: '{ clusters: [' } },
    /config/,
    /kubeconfig \S+config cannot be used: /,
  ],
  [
    'a tokenFile that is not there',
    { files: { config: config({ user: { tokenFile: 'absent' } }) } },
    /absent/,
    /kubeconfig: \S+absent cannot be read: there is no such file/,
  ],
  [
    'an exec command that is not installed, with its installHint',
    {
      files: {
        config: config({
          user: execOf('no-such-plugin', { installHint: 'Install it with: brew install it' }),
        }),
      },
    },
    /Install it with: brew install it/,
    /kubeconfig: the exec plug-in no-such-plugin of user me is not installed\.\nInstall it with: brew install it/,
  ],
  [
    'an exec plug-in that fails',
    {
      files: {
        config: config({ user: execOf('./plugin') }),
        plugin: '#!/bin/sh\necho log in first >&2; exit 3\n',
      },
    },
    /exit code 3/,
    /kubeconfig: the exec plug-in \S+plugin of user me failed with exit code 3: log in first/,
  ],
  [
    'an exec plug-in that answers with nothing of use',
    { files: { config: config({ user: execOf('./plugin') }), plugin: plugin({}) } },
    /didn't return a token or cert\/key pair/,
    /answered with neither a token nor a certificate and its key/,
  ],
  [
    'an exec plug-in that answers in another version',
    {
      files: {
        config: config({ user: execOf('./plugin', { apiVersion: 'client.authentication.k8s.io/v1beta1' }) }),
        plugin: plugin(),
      },
    },
    /configured to use API version client\.authentication\.k8s\.io\/v1beta1/,
    /answered in client\.authentication\.k8s\.io\/v1; the kubeconfig asks for client\.authentication\.k8s\.io\/v1beta1/,
  ],
  [
    'an exec plug-in that needs a terminal where there is none',
    {
      files: {
        config: config({ user: execOf('./plugin', { interactiveMode: 'Always' }) }),
        plugin: plugin(),
      },
    },
    /standard input is not a terminal/,
    /needs a terminal \(interactiveMode: Always\), and standard input is not a terminal/,
  ],
  [
    'an exec plug-in without interactiveMode',
    {
      files: {
        config: config({ user: execOf('./plugin', { interactiveMode: undefined }) }),
        plugin: plugin(),
      },
    },
    /interactiveMode must be specified/,
    /users\[me\]\.exec\.interactiveMode must be Never, IfAvailable or Always; it is not set/,
  ],
];

describe('a kubeconfig that kubectl refuses', () => {
  it.each(refused)('%s: refused by both, and ours names the cause', async (_, given, theirs, ours) => {
    const folder = await place(given.files);
    expect(await kubectlSees(folder, given)).toEqual({ error: expect.stringMatching(theirs) });
    expect(await weSee(folder, given)).toEqual({ error: expect.stringMatching(ours) });
  });
});

describe('an exec plug-in', () => {
  it('is run once for many concurrent calls, and is reported the version and that it may ask no person', async () => {
    const given = {
      files: { config: config({ user: execOf('./plugin', { provideClusterInfo: true }) }), plugin: plugin() },
    };
    const theirs = await place(given.files);
    const ours = await place(given.files);
    expect(await kubectlSees(theirs, given)).toEqual(isAdmin);
    expect(await weSee(ours, given, 12)).toEqual(isAdmin);
    expect(await runsIn(ours)).toBe(1);
    const reported = async (folder: string) => JSON.parse(await readFile(join(folder, 'told'), 'utf8'));
    const theirWords = await reported(theirs);
    delete theirWords.spec.cluster.config;
    expect(await reported(ours)).toEqual(theirWords);
  });
});

const proxies: readonly (readonly [
  string,
  () => Promise<ProxyServer>,
  (port: number) => string,
  string | undefined,
])[] = [
  ['an HTTP proxy', connectProxy, (port) => `http://127.0.0.1:${port}`, undefined],
  [
    'an HTTP proxy with a name and a password',
    connectProxy,
    (port) => `http://jane:p%40ss@127.0.0.1:${port}`,
    `Basic ${Buffer.from('jane:p@ss').toString('base64')}`,
  ],
  ['a SOCKS proxy', socksProxy, (port) => `socks5://127.0.0.1:${port}`, undefined],
];

describe('a proxy-url', () => {
  it.each(proxies)('%s: kubectl and we go through it', async (_, start, url, authorization) => {
    await using proxy = await start();
    const given = { files: { config: config({ cluster: { 'proxy-url': url(proxy.port) } }) } };
    const folder = await place(given.files);
    const target = new URL(cluster.url).host;
    expect(await kubectlSees(folder, given)).toEqual(isAdmin);
    const theirs = proxy.asked.splice(0);
    expect(await weSee(folder, given)).toEqual(isAdmin);
    expect(theirs[0]).toEqual({ target, authorization });
    expect(proxy.asked).toEqual([{ target, authorization }]);
  });

  it('checks the tls-server-name through the proxy as well', async () => {
    await using proxy = await connectProxy();
    const through = (name: string): Given => ({
      files: {
        config: config({
          cluster: { 'proxy-url': `http://127.0.0.1:${proxy.port}`, 'tls-server-name': name },
        }),
      },
    });
    for (const [name, seen] of [
      ['kubernetes.default.svc', isAdmin],
      ['wrong.example', { error: expect.stringContaining('wrong.example') }],
    ] as const) {
      const folder = await place(through(name).files);
      expect(await kubectlSees(folder, through(name))).toEqual(seen);
      expect(await weSee(folder, through(name))).toEqual(seen);
    }
  });
});
