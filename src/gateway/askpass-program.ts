/**
 * What ssh runs as SSH_ASKPASS: hands the prompt to conc and prints the answer. Exit 1: there is none, and ssh goes on to
 * its next way to log in.
 */
import { connect } from 'node:net';

const [socket = '', prompt = ''] = process.argv.slice(2);
let said = '';
const connection = connect(socket, () => connection.end(prompt));
connection.setEncoding('utf8').on('data', (text: string) => {
  said += text;
});
connection.on('error', () => {
  process.exitCode = 1;
});
connection.on('close', () => {
  if (said.startsWith('Y')) process.stdout.write(`${said.slice(1)}\n`);
  else process.exitCode = 1;
});
