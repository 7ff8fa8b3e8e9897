import { type Node, parseRegex, type RegexFlags, RegexRefused } from './syntax.ts';

export { type RegexFlags, RegexRefused } from './syntax.ts';

const MAX_PROGRAM = 10_000;

type Instruction =
  | { readonly op: 'set'; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly op: 'split'; readonly to: number[] }
  | { readonly op: 'assert'; readonly what: 'start' | 'end' | 'word' | 'not-word' }
  | { readonly op: 'match' };

/**
 * A regular expression that is found in time linear in text x program, whatever the text: a set of states is stepped over the
 * text (Thompson 1968), nothing is tried twice. Throws RegexRefused for expressions that need backtracking.
 */
export function linearRegex(source: string, given: Partial<RegexFlags> = {}): (text: string) => boolean {
  const { node, flags } = parseRegex(source, { ignoreCase: false, multiline: false, dotAll: false, ...given });
  const program: Instruction[] = [];
  emit(node, program);
  push(program, { op: 'match' });
  return (text) => search(program, text, flags.multiline);
}

function push(program: Instruction[], instruction: Instruction): number {
  if (program.length >= MAX_PROGRAM) throw new RegexRefused('its repetitions make it too large');
  return program.push(instruction) - 1;
}

/** Code for the node; execution falls through to what is emitted next. */
function emit(node: Node, program: Instruction[]): void {
  switch (node.kind) {
    case 'empty':
      return;
    case 'set':
      push(program, { op: 'set', ranges: node.ranges });
      return;
    case 'assert':
      push(program, { op: 'assert', what: node.what });
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, program);
      return;
    case 'choice': {
      const split: number[] = [];
      push(program, { op: 'split', to: split });
      const jumps: number[][] = [];
      for (const part of node.parts) {
        split.push(program.length);
        emit(part, program);
        const jump: number[] = [];
        push(program, { op: 'split', to: jump });
        jumps.push(jump);
      }
      for (const jump of jumps) jump.push(program.length);
      return;
    }
    case 'repeat':
      emitRepeat(node, program);
  }
}

function emitRepeat({ part, min, max }: Extract<Node, { kind: 'repeat' }>, program: Instruction[]): void {
  for (let i = 0; i < min; i++) emit(part, program);
  if (max === Infinity) {
    const split: number[] = [];
    const loop = push(program, { op: 'split', to: split });
    split.push(program.length);
    emit(part, program);
    push(program, { op: 'split', to: [loop] });
    split.push(program.length);
    return;
  }
  const exits: number[][] = [];
  for (let i = min; i < max; i++) {
    const split: number[] = [];
    push(program, { op: 'split', to: split });
    split.push(program.length);
    emit(part, program);
    exits.push(split);
  }
  for (const exit of exits) exit.push(program.length);
}

function search(program: readonly Instruction[], text: string, multiline: boolean): boolean {
  const seen = new Int32Array(program.length).fill(-1);
  let current: number[] = [];
  let next: number[] = [];
  const stack: number[] = [];
  for (let at = 0; at <= text.length; at++) {
    // An attempt begins at every position; states reached are shared, so the total stays linear.
    stack.push(0);
    for (let i = current.length - 1; i >= 0; i--) stack.push(current[i] as number);
    current = [];
    while (stack.length > 0) {
      const state = stack.pop() as number;
      if (seen[state] === at) continue;
      seen[state] = at;
      const instruction = program[state] as Instruction;
      if (instruction.op === 'match') return true;
      if (instruction.op === 'split') for (const to of instruction.to) stack.push(to);
      else if (instruction.op === 'set') current.push(state);
      else if (holds(instruction.what, text, at, multiline)) stack.push(state + 1);
    }
    if (at === text.length) return false;
    const code = text.charCodeAt(at);
    next = [];
    for (const state of current) {
      const { ranges } = program[state] as Extract<Instruction, { op: 'set' }>;
      for (const [low, high] of ranges) {
        if (code >= low && code <= high) {
          next.push(state + 1);
          break;
        }
      }
    }
    current = next;
  }
  return false;
}

function holds(what: 'start' | 'end' | 'word' | 'not-word', text: string, at: number, multiline: boolean): boolean {
  if (what === 'start') return at === 0 || (multiline && text[at - 1] === '\n');
  if (what === 'end') return at === text.length || (multiline && text[at] === '\n');
  const edge = isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at));
  return what === 'word' ? edge : !edge;
}

function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
}
