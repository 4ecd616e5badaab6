// The walker that dependency-cruiser uses stops at `using x = …`, which it doesn't know. To an import it is as `const`.

/* oxlint-disable typescript/no-deprecated -- it is what dependency-cruiser uses */
import { Visitor } from '@swc/core/Visitor.js';

const walker = Visitor.prototype;
const known = Reflect.get(walker, 'visitStatement');

walker.visitStatement = function (statement) {
  const type: unknown = Reflect.get(statement, 'type');
  if (type !== 'UsingDeclaration') return known.call(this, statement);
  this.visitVariableDeclarators(Reflect.get(statement, 'decls'));
  return statement;
};
