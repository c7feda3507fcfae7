/** Callbacks of one kind. One that throws does not keep the others from theirs. */
export class Listeners<Arguments extends unknown[]> {
  readonly #callbacks = new Set<(...values: Arguments) => void>();

  /** Adds a callback; the result takes it away again. */
  add(callback: (...values: Arguments) => void): () => void {
    // A wrapper of its own, so that one function may be added twice.
    const own = (...values: Arguments) => callback(...values);
    this.#callbacks.add(own);
    return () => {
      this.#callbacks.delete(own);
    };
  }

  /** Calls them all. */
  emit(...values: Arguments): void {
    for (const callback of [...this.#callbacks]) {
      try {
        callback(...values);
      } catch (failure) {
        reportError(failure);
      }
    }
  }

  clear(): void {
    this.#callbacks.clear();
  }
}
