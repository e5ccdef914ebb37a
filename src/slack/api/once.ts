/** Asks once at a time: whoever asks for the same meanwhile waits for the same answer. */
export function once<T>(running: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const asked = running.get(key) ?? ask().finally(() => running.delete(key));
  running.set(key, asked);
  return asked;
}
