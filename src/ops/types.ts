import type { Collision, SuiteEntry, ToolSet, WheelEntry } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import type { EtcPlan, EtcSurvey, RenderedTree } from '../etc/types.ts';
import type { Facts, Json } from '../gateway/types.ts';
import type { ReleaseFile, Survey } from '../release/types.ts';
import type { BuiltinName } from '../sequence/types.ts';

/** A change before it runs: all that is known of it, as one value. */
export interface Change {
  readonly kind: 'deploy' | 'rollback' | 'env';
  /** Who asks for it; missing: who made the release. */
  readonly by?: string;
  readonly settings: NodeSettings;
  readonly facts: Facts;
  readonly survey: Survey;
  readonly release: ReleaseFile;
  /** The release that serves now, and is gone back to if the change fails. */
  readonly from: string | null;
  /** This node's wheels; empty for a rollback. */
  readonly wheels: readonly WheelEntry[];
  readonly tools: readonly ToolSet[];
  /** Files that someone changed by hand are known of: the release is taken as it is. */
  readonly acceptDrift?: boolean;
  /** What of the way in jobs of the application's own (`touches` of their policies), or files of the etc tree, may change. */
  readonly touches?: readonly string[];
  /** Where wheels may bring different content (the manifest's `allow`). */
  readonly allow?: readonly string[];
  /** The bundle's test suites. */
  readonly suites?: readonly SuiteEntry[];
  /** What is placed in the machine's own configuration, or taken away. Missing: nothing. */
  readonly etc?: EtcChange;
  /** Of a change that sets the application's secrets. */
  readonly secrets?: SecretsChange;
  /** Why the release can't share a vendors' tree, though conc.ini says so; null: it can. Missing: nobody looked. */
  readonly whyWhole?: string | null;
  /** Where wheels of this node do. */
  readonly collisions?: readonly Collision[];
}

/** A new generation of the application's secrets, by names alone. */
export interface SecretsChange {
  readonly generation: number;
  /** The generation that it is made of; null: there is none before it. */
  readonly base: number | null;
  /** The release that serves, and is made anew; null: nothing serves. */
  readonly source: string | null;
  readonly set: readonly string[];
  readonly unset: readonly string[];
  /** All that it has in the end. */
  readonly names: readonly string[];
}

/** The etc tree of a release, as it comes to a node. */
export interface EtcChange {
  /** null: the release has none, or it is on the node already. */
  readonly tree: RenderedTree | null;
  readonly survey: EtcSurvey;
  readonly plan: EtcPlan;
}

/** What a job would change, told beforehand. */
export type Effect =
  | { readonly kind: 'reads'; readonly what: string }
  /** No change by itself: something to know of the one before it. */
  | { readonly kind: 'notice'; readonly text: string; readonly diff?: readonly string[] }
  | { readonly kind: 'sends'; readonly bytes: number; readonly wheels: readonly string[] }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly action: 'add' | 'change' | 'remove';
      readonly note?: string;
      /** Line by line, where that was asked for. */
      readonly diff?: readonly string[];
    }
  | { readonly kind: 'link'; readonly path: string; readonly before: string | null; readonly after: string }
  /** In the words of the application's own op. */
  | { readonly kind: 'told'; readonly text: string }
  /** An op of the application's own that does not tell. */
  | { readonly kind: 'unknown'; readonly calls: string }
  | { readonly kind: 'process'; readonly name: string; readonly action: 'start' | 'restart'; readonly note?: string };

/**
 * A built-in op, as the controller sees it: what it asks of the agent, what it would change, what a person would type
 * instead. Nothing about bytes, screens or order. The agent's half has the same name, in `agent/conc_agent/ops/`.
 */
export interface Op {
  readonly name: BuiltinName;
  readonly request: (change: Change) => Json;
  /** Does it need the password for sudo? Missing: never. */
  readonly sudo?: (change: Change) => boolean;
  /** What it needs that for, as shell words. Missing: it does not say. */
  readonly sudoCommands?: (change: Change) => readonly string[];
  /** Empty: it changes nothing. */
  readonly changes: (change: Change) => readonly Effect[];
  /** Shell lines, typed on the node unless a line says otherwise. */
  readonly byHand: (change: Change) => readonly string[];
  /** Shell lines that put it back; empty: there is nothing to put back. */
  readonly putBack: (change: Change) => readonly string[];
}
