import type { Sample } from './sample.ts';

const width = 760;
const panel = { height: 130, left: 60, right: 20, top: 30 } as const;

interface Line {
  readonly label: string;
  readonly colour: string;
  readonly value: (sample: Sample) => number;
}

const panels: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  {
    title: 'memory, MB',
    lines: [
      { label: 'resident', colour: '#2563eb', value: ({ resident }) => resident },
      { label: 'of it own pages', colour: '#d97706', value: ({ own }) => own },
    ],
  },
  {
    title: 'open handles',
    lines: [
      { label: 'all', colour: '#2563eb', value: ({ handles }) => handles },
      { label: 'of them connections', colour: '#d97706', value: ({ sockets }) => sockets },
    ],
  },
];

/** The samples as an SVG of their own, readable in light and dark. */
export function graphOf(samples: readonly Sample[], caption: string): string {
  const last = samples.at(-1)?.at ?? 1;
  const drawn = panels.map(({ title, lines }, index) => {
    const most = Math.max(1, ...lines.flatMap(({ value }) => samples.map(value))) * 1.15;
    const bottom = index * (panel.height + 50) + panel.top + panel.height;
    const x = (at: number) => panel.left + (at / last) * (width - panel.left - panel.right);
    const y = (value: number) => bottom - (value / most) * panel.height;
    const grid = [0, 0.5, 1].map((share) => {
      const value = Math.round(most * share);
      return `<path d="M${panel.left} ${y(value).toFixed(1)}H${width - panel.right}" class="grid"/><text x="${panel.left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value}</text>`;
    });
    const curves = lines.map(({ label, colour, value }, number) => {
      const points = samples.map((sample) => `${x(sample.at).toFixed(1)},${y(value(sample)).toFixed(1)}`);
      const at = panel.left + 120 + number * 170;
      return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/><text x="${at}" y="${bottom - panel.height - 10}" fill="${colour}">${label}</text>`;
    });
    return `<text x="${panel.left}" y="${bottom - panel.height - 10}">${title}</text>${grid.join('')}${curves.join('')}`;
  });
  const height = panels.length * (panel.height + 50) + panel.top;
  const foot = `<text x="${panel.left}" y="${height - 8}">0</text><text x="${width - panel.right}" y="${height - 8}" text-anchor="end">${Math.round(last / 60)} min</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${caption}">
<style>text{font:12px system-ui,sans-serif;fill:#6b7280}.grid{stroke:#9ca3af;stroke-opacity:.35}</style>
${drawn.join('\n')}
${foot}
</svg>
`;
}
