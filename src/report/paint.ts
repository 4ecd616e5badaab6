import { styleText } from 'node:util';
import type { Status } from '../sequence/types.ts';

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colours text where the terminal takes colours; never carries meaning that the words don't. */
export const painter = (colour: boolean): Paint =>
  colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;

export const statusStyle: Readonly<Record<Status, Style>> = {
  OK: 'green',
  STOPPED: 'cyan',
  FAILED: 'red',
  ERROR: 'red',
  'TIMED OUT': 'red',
  BLOCKED: 'yellow',
};
