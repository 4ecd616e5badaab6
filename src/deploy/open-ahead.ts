import type { NodeSettings } from '../config/types.ts';
import { type Ahead, type OpenNode, type OpenOptions, openNode } from './open.ts';

/**
 * Nodes that were opened before it is known what for: ssh's log-in takes longer than conc needs to load its code and to read
 * a bundle. Who opens a node takes it from here; what nobody came for is ended in the end.
 */
export class OpenAhead implements Ahead, AsyncDisposable {
  readonly #begun = new Map<string, Promise<OpenNode>>();
  readonly #given = new AbortController();

  /** Connects and looks; nothing is changed by it. Why it failed is told to who takes it. */
  begin(settings: NodeSettings, options: OpenOptions): void {
    const open = openNode(settings, { ...options, signal: this.#given.signal });
    open.catch(() => {});
    this.#begun.set(settings.name, open);
  }

  take(node: string): Promise<OpenNode> | undefined {
    const open = this.#begun.get(node);
    this.#begun.delete(node);
    return open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#given.abort();
    for (const open of this.#begun.values()) {
      const node = await open.catch(() => undefined);
      await node?.session.close();
    }
  }
}
