// The Node.js that runs this script is also the one that the tools it starts find as `node`.
import { delimiter, dirname } from 'node:path';

process.env.PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
