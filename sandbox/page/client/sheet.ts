import type { Answer } from '../view.ts';
import { byId, draw, el, say } from './dom.ts';

/** The text area with its line numbers, and what is said below it. */
export interface Sheet {
  text(): string;
  /** Undefined: there is nothing to edit. */
  title(file: string | undefined): void;
  write(text: string): void;
  report(answer: Answer): void;
  dress(edited: boolean): void;
  listen(to: { typed(): void; apply(): void; revert(): void }): void;
}

export function createSheet(): Sheet {
  const form = byId('editor') as HTMLFormElement;
  const area = byId('text') as HTMLTextAreaElement;
  let wrong: ReadonlySet<number> = new Set();
  return {
    text: () => area.value,
    title(file) {
      area.disabled = file === undefined;
      say(byId('editor-label'), file ?? 'No manifest declares this resource');
    },
    write(text) {
      if (area.value !== text) area.value = text;
    },
    report({ done, message, problems = [] }) {
      wrong = new Set(problems.map(({ line }) => line));
      say(byId('applied'), done ? message : '');
      draw(byId('problems'), [done, message, problems], () => (done ? [] : problemParts(message, problems)));
      area.setAttribute('aria-invalid', String(problems.length > 0));
    },
    dress(edited) {
      const lines = area.value.split('\n').length;
      area.rows = Math.min(28, Math.max(8, lines));
      draw(byId('gutter'), [lines, [...wrong]], () =>
        Array.from({ length: lines }, (_, index) =>
          el('span', { class: wrong.has(index + 1) ? 'wrong' : undefined }, String(index + 1)),
        ),
      );
      byId('revert').setAttribute('aria-disabled', String(!edited));
      form.classList.toggle('edited', edited);
    },
    listen({ typed, apply, revert }) {
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        apply();
      });
      byId('revert').addEventListener('click', revert);
      area.addEventListener('input', typed);
      area.addEventListener('scroll', () => {
        byId('gutter').scrollTop = area.scrollTop;
      });
      area.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      });
    },
  };
}

function problemParts(message: string, problems: NonNullable<Answer['problems']>): readonly Element[] {
  const list = el('ul', {}, ...problems.map(({ message: problem }) => el('li', {}, problem)));
  return [el('p', {}, message), ...(problems.length > 0 ? [list] : [])];
}
