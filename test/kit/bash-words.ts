/** A script's quoted parts stand in words as `''` and `"..."` without blanks: no blank in them separates words. */
type Token = string;

const KEYWORDS = new Set(['!', '{', 'if', 'then', 'elif', 'else', 'do', 'while', 'until']);
const SEPARATOR = /^(?:[;|&()\n]|&&|\|\|)$/;

/**
 * The simple commands of a bash script, each a list of words, in the order of their level: those inside `$( )` follow those around them. Enough
 * of the grammar for the scripts in documents/: quotes, comments, expansions, case patterns, and arrays, which count as commands. Here-documents
 * that end in END are text, all others are code.
 */
export function simpleCommands(script: string): string[][] {
  const commands: string[][] = [[]];
  let inPattern = false;
  for (const token of tokens(script.replace(/<<END\n[^]*?\nEND\n/g, '\n'))) {
    const current = commands.at(-1)!;
    if (inPattern) inPattern = token !== ')' && token !== 'esac';
    else if (token === ';;' || (token === 'in' && current[0] === 'case')) {
      inPattern = true;
      commands.push([]);
    } else if (SEPARATOR.test(token) || KEYWORDS.has(token) || /^[a-z_]+\+?=$/.test(token)) commands.push([]);
    else if (!/^[0-9]*[<>]/.test(token)) current.push(token);
  }
  return commands.filter((words) => words.length > 0);
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  const inner: string[] = [];
  let [word, at] = ['', 0];
  const endWord = (): void => {
    if (word !== '') found.push(word);
    word = '';
  };
  /** Passes what stands in `$( )` or `$(( ))` here; the code of the first is read later. */
  const substitution = (): void => {
    const code = bracketed(text, at + 2);
    if (text[at + 2] !== '(') inner.push(code);
    at += code.length + 3;
  };
  while (at < text.length) {
    const rest = text.slice(at, at + 2);
    const char = text[at]!;
    if (char === '\\') {
      if (text[at + 1] !== '\n') word += text[at + 1];
      at += 2;
    } else if (char === '#' && word === '') {
      while (at < text.length && text[at] !== '\n') at++;
    } else if (char === "'") {
      word += "''";
      at = text.indexOf("'", at + 1) + 1;
    } else if (char === '"') {
      word += '"';
      for (at++; text[at] !== '"';) {
        if (text.startsWith('$(', at)) substitution();
        else {
          if (text[at] === '\\') at++;
          else word += text[at]!.replace(/\s/, '_');
          at++;
        }
      }
      word += '"';
      at++;
    } else if (rest === '$(') {
      word += '$()';
      substitution();
    } else if (rest === '${') {
      const [expansion] = /^\$\{(?:'[^']*'|"[^"]*"|[^}'"])*\}/.exec(text.slice(at))!;
      word += expansion;
      at += expansion.length;
    } else if (/[\s;|&()]/.test(char)) {
      endWord();
      const operator = /^(?:;;|&&|\|\|)$/.test(rest) ? rest : char;
      if (/\S|\n/.test(operator)) found.push(operator);
      at += operator.length;
    } else {
      word += char;
      at++;
    }
  }
  endWord();
  return [...found, '\n', ...inner.flatMap(tokens)];
}

/** From behind an opening bracket up to its partner. */
function bracketed(text: string, from: number): string {
  let depth = 1;
  let quote = '';
  for (let at = from; ; at++) {
    const char = text[at]!;
    if (char === '\\') at++;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === "'") quote = char;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return text.slice(from, at);
  }
}
