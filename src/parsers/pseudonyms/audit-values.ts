const AUDIT = 'msg=audit(';
const ENCODED = /\b(proctitle|a\d{1,4}(?:\[\d{1,4}\])?|acct|cmd|comm|cwd|data|dir|exe|key|name|path)=((?:[0-9A-F]{2}){2,})(?![\w"])/g;
const SOCKET = /\bsaddr=((?:[0-9A-F]{2}){8,})/g;

/** Replaces what Linux audit prints as hexadecimal digits: texts that hold blanks, and addresses of sockets. */
export function inAuditValues(record: string, replace: (text: string) => string): string {
  if (!record.includes(AUDIT)) return record;
  return record
    .replace(ENCODED, (all, name: string, digits: string) => {
      const text = Buffer.from(digits, 'hex').toString('latin1');
      if (name === 'acct') {
        // One name, whatever is in it.
        const word = `acct="${text.replace(/[\s"]/g, '_')}"`;
        const account = replace(word);
        return account === word ? all : account;
      }
      const words = text.replaceAll('\0', ' ');
      const replaced = replace(words);
      return replaced === words ? all : `${name}=${hexadecimal(Buffer.from(replaced, 'latin1'))}`;
    })
    .replace(SOCKET, (all, digits: string) => {
      const bytes = Buffer.from(digits, 'hex');
      const family = bytes.readUInt16LE(0);
      if (family === 2)
        bytes.set(
          replace([...bytes.subarray(4, 8)].join('.'))
            .split('.')
            .map(Number),
          4,
        );
      else if (family === 10 && bytes.length >= 24) {
        const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(8 + 2 * i).toString(16));
        const replaced = replace(groups.join(':')).split(':');
        if (replaced.length === 8) replaced.forEach((group, i) => void bytes.writeUInt16BE(Number.parseInt(group, 16), 8 + 2 * i));
      } else return all;
      return `saddr=${hexadecimal(bytes)}`;
    });
}

function hexadecimal(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}
