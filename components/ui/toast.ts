export interface Toast {
  readonly id: number;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly tone: "good" | "bad" | "neutral";
}

const MAX_SHOWN = 4;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says something in the corner of the page for a few seconds. Only in the browser. */
export function toast(input: Omit<Toast, "id" | "tone"> & { readonly tone?: Toast["tone"] }): void {
  change([...toasts, { tone: "neutral" as const, ...input, id: nextId++ }].slice(-MAX_SHOWN));
}

export const toastStore = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: (): readonly Toast[] => toasts,
  dismiss(id: number): void {
    change(toasts.filter((each) => each.id !== id));
  },
};
