/**
 * What `python3 -I -c` runs on a node: reads `LENGTH "\n" PAYLOAD` from descriptor 0 and runs its boot module.
 * Constant, for Python 3.4 and newer, and free of the characters that sh, csh or fish don't leave alone inside single
 * quotes: no quote, backslash, exclamation mark or newline.
 */
export const LOADER =
  'import os,zlib,json;f=os.fdopen(0,"rb",closefd=False);' +
  'p=json.loads(zlib.decompress(f.read(int(f.readline()))).decode());' +
  'exec(compile(p["boot"],"conc_agent/boot.py","exec"),{"payload":p})';
