import { createHash } from 'node:crypto';
import type PdfKit from 'pdfkit';

const MARGIN = 56;
const INK = '#1c2430';
const FAINT = '#5b6675';
const RULE = '#c8ced6';
const LABEL_WIDTH = 120;
/** Longer texts are cut: a report is read, the whole is in the JSON. */
const MOST_CHARACTERS = 4_000;
const MOST_TITLE = 300;
const MOST_LINES = 60;

/** What the fonts of every PDF reader hold (Windows code page 1252) besides ASCII and Latin-1. */
const FURTHER = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

/** Other characters as `\u{…}`, so that no log line hides anything; control characters too. */
export function printable(text: string, most = MOST_CHARACTERS): string {
  const cut = text.length > most ? `${text.slice(0, most)} … (${text.length - most} more characters)` : text;
  return [...cut]
    .map((character) => {
      const code = character.codePointAt(0) as number;
      const known = (code >= 32 && code < 127) || (code >= 160 && code < 256) || FURTHER.includes(character);
      return known ? character : `\\u{${code.toString(16)}}`;
    })
    .join('');
}

/** A4 pages of headings, fields, paragraphs and lines of evidence, with a footer. The same content gives the same bytes. */
export class PdfDocument {
  private readonly pdf: PDFKit.PDFDocument;
  private readonly parts: Buffer[] = [];
  private readonly ended: Promise<void>;
  private readonly footer: string;

  constructor(Kit: typeof PdfKit, title: string, footer: string, created: Date) {
    this.footer = printable(footer);
    const seed = createHash('md5').update(`${title}\n${footer}`).digest('hex');
    this.pdf = new Kit({
      size: 'A4',
      margins: { top: MARGIN, bottom: MARGIN + 16, left: MARGIN, right: MARGIN },
      bufferPages: true,
      lang: 'en',
      displayTitle: true,
      info: { Title: printable(title, MOST_TITLE), Creator: 'vedette', Producer: 'vedette', CreationDate: created, Keywords: seed },
    });
    this.pdf.on('data', (part: Buffer) => this.parts.push(part));
    this.ended = new Promise((resolve, reject) => {
      this.pdf.on('end', resolve);
      this.pdf.on('error', reject);
    });
    this.pdf.font('Helvetica-Bold').fontSize(18).fillColor(INK).text(printable(title, MOST_TITLE)).moveDown(0.4);
  }

  lead(text: string): void {
    this.pdf.font('Helvetica').fontSize(11).fillColor(INK).text(printable(text), { lineGap: 2 }).moveDown(0.6);
  }

  heading(text: string): void {
    this.room(60);
    this.pdf.moveDown(0.6).font('Helvetica-Bold').fontSize(12).fillColor(INK).text(printable(text));
    const y = this.pdf.y + 2;
    this.pdf
      .moveTo(MARGIN, y)
      .lineTo(this.pdf.page.width - MARGIN, y)
      .lineWidth(0.5)
      .strokeColor(RULE)
      .stroke();
    this.pdf.y = y + 6;
  }

  /** Label and value, one below the other. */
  fields(rows: readonly (readonly [string, string])[]): void {
    const width = this.pdf.page.width - 2 * MARGIN - LABEL_WIDTH;
    for (const [label, value] of rows) {
      if (value === '') continue;
      const text = printable(value);
      this.pdf.font('Helvetica').fontSize(9.5);
      this.room(Math.min(200, this.pdf.heightOfString(text, { width })));
      const y = this.pdf.y;
      this.pdf.fillColor(FAINT).text(label, MARGIN, y, { width: LABEL_WIDTH - 8 });
      this.pdf.fillColor(INK).text(text, MARGIN + LABEL_WIDTH, y, { width });
      this.pdf.x = MARGIN;
      this.pdf.y += 3;
    }
  }

  bullets(items: readonly string[]): void {
    this.pdf.font('Helvetica').fontSize(9.5).fillColor(INK);
    for (const item of items) this.pdf.text(`•  ${printable(item)}`, { indent: 6, lineGap: 1 });
  }

  /** Lines as they were, in a fixed-width font. */
  lines(rows: readonly string[]): void {
    this.pdf.font('Courier').fontSize(7.5).fillColor(INK);
    for (const row of rows.slice(0, MOST_LINES)) this.pdf.text(printable(row), { lineGap: 1 }).moveDown(0.2);
    if (rows.length > MOST_LINES) this.lead(`${rows.length - MOST_LINES} further lines are left out here.`);
  }

  async end(): Promise<Buffer> {
    const { start, count } = this.pdf.bufferedPageRange();
    for (let page = start; page < start + count; page++) {
      this.pdf.switchToPage(page);
      // Text below the bottom margin would begin another page.
      this.pdf.page.margins.bottom = 0;
      const y = this.pdf.page.height - MARGIN + 8;
      this.pdf.font('Helvetica').fontSize(8).fillColor(FAINT);
      this.pdf.text(`${this.footer}    page ${page - start + 1} of ${count}`, MARGIN, y, { lineBreak: false });
    }
    this.pdf.end();
    await this.ended;
    return Buffer.concat(this.parts);
  }

  /** A new page where less than that is left. */
  private room(points: number): void {
    if (this.pdf.y + points > this.pdf.page.height - this.pdf.page.margins.bottom) this.pdf.addPage();
  }
}
