/** Messages in the order in which they came, for one reader; none is lost while the reader is busy. */
export class Mailbox<Message> {
  readonly #waiting: Message[] = [];
  #failure: Error | undefined;
  #taker: { readonly resolve: (message: Message) => void; readonly reject: (error: Error) => void } | undefined;

  put(message: Message): void {
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker === undefined) this.#waiting.push(message);
    else taker.resolve(message);
  }

  /** No message will come any more. */
  fail(error: Error): void {
    this.#failure = error;
    this.#taker?.reject(error);
    this.#taker = undefined;
  }

  /** @throws what `fail` was given, once nothing waits. */
  async take(): Promise<Message> {
    const message = this.#waiting.shift();
    if (message !== undefined) return message;
    if (this.#failure !== undefined) throw this.#failure;
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }
}
