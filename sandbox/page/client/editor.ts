import type { Answer, FileView, ManifestRequest, ResourceView, Snapshot } from '../view.ts';
import { createSheet } from './sheet.ts';

type Ask = (request: ManifestRequest) => Promise<Answer>;

interface Draft {
  readonly text: string;
  /** Of the file's text that it began with. */
  readonly revision: string;
}

export interface Editor {
  show(snapshot: Snapshot, resource: ResourceView | undefined): void;
}

/** Edits the file that declares the selected resource. What was typed is never lost but by Revert. */
export function createEditor(ask: Ask): Editor {
  const sheet = createSheet();
  const drafts = new Map<string, Draft>();
  let file: FileView | undefined;

  const dress = () => sheet.dress(file !== undefined && drafts.has(file.name));
  const report = (answer: Answer) => {
    sheet.report(answer);
    dress();
  };

  function typed(): void {
    if (!file) return;
    const { name, text, revision } = file;
    if (sheet.text() === text) drafts.delete(name);
    else drafts.set(name, { text: sheet.text(), revision: drafts.get(name)?.revision ?? revision });
    dress();
  }

  async function apply(): Promise<void> {
    if (!file) return;
    const { name, revision } = file;
    const text = sheet.text();
    const answer = await ask({ file: name, text, revision: drafts.get(name)?.revision ?? revision });
    const draft = drafts.get(name);
    if (file?.name !== name) return;
    // From here on whoever applies again has been told, and means it.
    if (answer.revision !== undefined && draft) drafts.set(name, { ...draft, revision: answer.revision });
    if (answer.done && draft?.text === text) drafts.delete(name);
    if (answer.done) file = { ...file, text };
    report(answer);
  }

  function revert(): void {
    if (!file || !drafts.delete(file.name)) return;
    sheet.write(file.text);
    report({ done: true, message: 'Restored the text of the file.' });
  }

  sheet.listen({ typed, apply: () => void apply(), revert });
  return {
    show({ files, directory }, resource) {
      const next = files.find(({ name }) => name === resource?.file);
      const other = next?.name !== file?.name;
      file = next;
      sheet.title(next && `${directory}/${next.name}`);
      if (other) sheet.report({ done: true, message: '' });
      sheet.write(next ? (drafts.get(next.name)?.text ?? next.text) : '');
      dress();
    },
  };
}
