/** For conc.ini: a command that ends, well, once the file is gone. */
export const whileThere = (file: string): string => `sh -c 'while test -e "${file}"; do sleep 0.05; done'`;
