/** MiB; the engine refuses less. */
const leastMemory = 6;

/** The bytes a task of the app may use. */
export function memoryBytes(app: { readonly mem: number }): number {
  return Math.max(leastMemory, Math.ceil(app.mem)) * 1_048_576;
}
